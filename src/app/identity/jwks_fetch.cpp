#include "app/identity/jwks_fetch.hpp"

#include "http/text.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

namespace cruddur::app::identity {
namespace {

constexpr std::size_t body_bytes_max = 256 * 1024;

std::size_t keep_body(char* bytes, std::size_t, std::size_t count, void* into) {
    auto& made = *static_cast<fetched*>(into);
    if (made.body.size() + count > body_bytes_max) return 0;
    made.body.append(bytes, count);
    return count;
}

std::size_t keep_field(char* bytes, std::size_t, std::size_t count, void* into) {
    constexpr std::string_view name = "cache-control";
    const std::string_view line{bytes, count};
    if (line.size() > name.size() && line[name.size()] == ':' &&
        http::equals_ignoring_case(line.substr(0, name.size()), name))
        static_cast<fetched*>(into)->max_age = max_age_of(line.substr(name.size() + 1));
    return count;
}

int stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return *static_cast<const std::atomic<bool>*>(stop) ? 1 : 0;
}

fetched read_file(const std::string& path) {
    fetched made;
    const std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    if (file) text << file.rdbuf();
    if (!file || !text) made.failure = fmt::format("{}: cannot be read", path);
    made.body = std::move(text).str();
    return made;
}

} // namespace

std::chrono::seconds max_age_of(std::string_view cache_control) {
    std::chrono::seconds found{0};
    while (!cache_control.empty()) {
        const std::string_view directive = http::trim(http::next_element(cache_control));
        constexpr std::string_view name = "max-age=";
        if (http::equals_ignoring_case(directive, "no-store") ||
            http::equals_ignoring_case(directive, "no-cache"))
            return std::chrono::seconds{0};
        if (directive.size() <= name.size() ||
            !http::equals_ignoring_case(directive.substr(0, name.size()), name))
            continue;
        std::int32_t seconds = 0;
        const auto digits = directive.substr(name.size());
        const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        if (failed == std::errc{} && seconds > 0) found = std::chrono::seconds{seconds};
    }
    return found;
}

fetched fetch(const std::string& url_or_path, const std::string& ca_file, std::chrono::milliseconds timeout,
              const std::atomic<bool>& stop) {
    if (!url_or_path.starts_with("http://") && !url_or_path.starts_with("https://"))
        return read_file(url_or_path);
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> call{curl_easy_init(), curl_easy_cleanup};
    fetched made;
    if (ready != CURLE_OK || !call) {
        made.failure = "libcurl does not start";
        return made;
    }
    std::string why(CURL_ERROR_SIZE, '\0');
    CURL* it = call.get();
    curl_easy_setopt(it, CURLOPT_URL, url_or_path.c_str());
    curl_easy_setopt(it, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(it, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(it, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(it, CURLOPT_ERRORBUFFER, why.data());
    curl_easy_setopt(it, CURLOPT_USERAGENT, "cruddur/" CRUDDUR_VERSION);
    curl_easy_setopt(it, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout.count()));
    curl_easy_setopt(it, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    // Plain http is for this machine and its neighbours, which no proxy of the environment's is to be asked
    // for.
    if (url_or_path.starts_with("http://")) curl_easy_setopt(it, CURLOPT_PROXY, "");
    if (!ca_file.empty()) curl_easy_setopt(it, CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(it, CURLOPT_WRITEFUNCTION, keep_body);
    curl_easy_setopt(it, CURLOPT_WRITEDATA, &made);
    curl_easy_setopt(it, CURLOPT_HEADERFUNCTION, keep_field);
    curl_easy_setopt(it, CURLOPT_HEADERDATA, &made);
    curl_easy_setopt(it, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(it, CURLOPT_XFERINFOFUNCTION, stopped);
    curl_easy_setopt(it, CURLOPT_XFERINFODATA, &stop);
    const CURLcode done = curl_easy_perform(it);
    long status = 0;
    curl_easy_getinfo(it, CURLINFO_RESPONSE_CODE, &status);
    if (done != CURLE_OK) {
        const char* detail = why.front() != '\0' ? why.c_str() : curl_easy_strerror(done);
        made.failure = fmt::format("{}: {}", url_or_path, detail);
    } else if (status != 200) {
        made.failure = fmt::format("{}: status {}", url_or_path, status);
    }
    return made;
}

} // namespace cruddur::app::identity
