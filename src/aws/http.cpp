#include "aws/http.hpp"

#include "aws/credentials.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string_view>

namespace cruddur::aws {
namespace {

constexpr std::size_t body_bytes_max = 8 * 1024 * 1024;

using field_list = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

void append_field(field_list& fields, const std::string& line) {
    curl_slist* longer = curl_slist_append(fields.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc{};
    fields.release(); // NOLINT(bugprone-unused-return-value): the longer list is, or begins with, the old one
    fields.reset(longer);
}

std::size_t keep_body(char* bytes, std::size_t, std::size_t count, void* into) {
    auto& body = static_cast<http_response*>(into)->body;
    if (body.size() + count > body_bytes_max) return 0;
    body.append(bytes, count);
    return count;
}

std::size_t keep_field(char* bytes, std::size_t, std::size_t count, void* into) {
    const std::string_view line{bytes, count};
    auto& answer = *static_cast<http_response*>(into);
    const auto number_after = [&](std::string_view name) {
        long number = 0;
        if (!boost::istarts_with(line, name)) return number;
        std::string_view rest = line.substr(name.size());
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        std::from_chars(rest.data(), rest.data() + rest.size(), number);
        return number;
    };
    if (const long seconds = number_after("retry-after:"); seconds > 0)
        answer.retry_after = std::chrono::seconds{std::min(seconds, 60L)};
    if (const long wait_ms = number_after("x-amz-retry-after:"); wait_ms > 0)
        answer.retry_after = std::chrono::milliseconds{std::min(wait_ms, 60'000L)};
    return count;
}

// The host alone: a query or a path may hold what is nobody's business.
std::string host_of(const std::string& url) {
    const auto parsed = boost::urls::parse_uri(url);
    return parsed ? std::string{parsed->encoded_host_and_port()} : std::string{"the endpoint"};
}

error unreachable(CURLcode code, const std::string& why, const std::string& url) {
    error failed{.kind = failure::unreachable,
                 .message = fmt::format("{} does not answer: {}", host_of(url), why),
                 .sent = code != CURLE_COULDNT_RESOLVE_HOST && code != CURLE_COULDNT_CONNECT &&
                         code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CONNECT_ERROR};
    if (code == CURLE_PEER_FAILED_VERIFICATION) {
        failed.hint =
            "Its certificate is not trusted. Behind a proxy of your company, AWS_CA_BUNDLE names the bundle "
            "to trust.";
    }
    if (code == CURLE_COULDNT_RESOLVE_HOST) {
        failed.hint =
            "The name does not resolve: is the network up, and the region (AWS_REGION, --region) one that "
            "AWS has?";
    }
    return failed;
}

void sign(CURL* call, const http_request& request, field_list& fields) {
    curl_easy_setopt(call, CURLOPT_AWS_SIGV4,
                     fmt::format("aws:amz:{}:{}", request.region, request.scope).c_str());
    // Apart, since a key may contain the colon that CURLOPT_USERPWD divides by.
    curl_easy_setopt(call, CURLOPT_USERNAME, request.by->key_id.c_str());
    curl_easy_setopt(call, CURLOPT_PASSWORD, request.by->secret.c_str());
    if (!request.by->session_token.empty())
        append_field(fields, "X-Amz-Security-Token: " + request.by->session_token);
}

} // namespace

result<http_response> send(const http_request& request) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> owner{curl_easy_init(), curl_easy_cleanup};
    if (ready != CURLE_OK || !owner)
        return unreachable(CURLE_FAILED_INIT, "libcurl does not start", request.url);
    CURL* const call = owner.get();
    http_response answer;
    field_list fields{nullptr, curl_slist_free_all};
    std::string why(CURL_ERROR_SIZE, '\0');
    for (const auto& [name, value] : request.fields)
        append_field(fields, fmt::format("{}: {}", name, value));
    curl_easy_setopt(call, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(call, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(call, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(call, CURLOPT_ERRORBUFFER, why.data());
    curl_easy_setopt(call, CURLOPT_USERAGENT, "cruddur/" CRUDDUR_VERSION);
    curl_easy_setopt(call, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
    curl_easy_setopt(call, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    // Plain http is for this machine and its neighbours, which no proxy of the environment's is to be asked
    // for.
    if (request.url.starts_with("http://")) curl_easy_setopt(call, CURLOPT_PROXY, "");
    if (!request.ca_file.empty()) curl_easy_setopt(call, CURLOPT_CAINFO, request.ca_file.c_str());
    if (request.method != "GET") {
        curl_easy_setopt(call, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(call, CURLOPT_POSTFIELDS, request.body.c_str());
        curl_easy_setopt(call, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    if (request.by != nullptr) sign(call, request, fields);
    curl_easy_setopt(call, CURLOPT_HTTPHEADER, fields.get());
    curl_easy_setopt(call, CURLOPT_WRITEFUNCTION, keep_body);
    curl_easy_setopt(call, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(call, CURLOPT_HEADERFUNCTION, keep_field);
    curl_easy_setopt(call, CURLOPT_HEADERDATA, &answer);
    const CURLcode done = curl_easy_perform(call);
    if (done != CURLE_OK) {
        return unreachable(done, why.front() != '\0' ? why.c_str() : curl_easy_strerror(done), request.url);
    }
    long status = 0;
    curl_easy_getinfo(call, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<unsigned>(status);
    return answer;
}

} // namespace cruddur::aws
