#include "cloud/wire/signature.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/refusal.hpp"
#include "cloud/wire/parameters.hpp"

#include <boost/algorithm/string.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <span>
#include <stdexcept>

// https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
namespace cruddur::cloud::wire {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::chrono::minutes clock_leeway{15};

std::string percent_encode(std::string_view text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::string percent_encode_path(std::string_view text) {
    constexpr auto kept = boost::urls::unreserved_chars + boost::urls::grammar::lut_chars{'/'};
    return boost::urls::encode(text, kept);
}

// The parts of a signature, wherever they stood.
struct signature_parts {
    std::string credential;
    std::string signed_headers;
    std::string signature;
    std::string time; // 20261130T140836Z
    std::optional<std::chrono::seconds> expires;
    bool presigned = false;
};

std::string_view field_of(const signed_request& request, std::string_view name) {
    for (const auto& [key, value] : request.fields) {
        if (boost::iequals(key, name)) return value;
    }
    return {};
}

std::string parameter(std::span<const std::pair<std::string, std::string>> query, std::string_view name) {
    const auto found = std::ranges::find(query, name, &std::pair<std::string, std::string>::first);
    return found == query.end() ? std::string{} : found->second;
}

// Which of two would count, a reader could not tell.
void refuse_repeated(std::span<const std::pair<std::string, std::string>> query) {
    for (const auto& [name, value] : query) {
        if (name.starts_with("X-Amz-") &&
            std::ranges::count(query, name, &std::pair<std::string, std::string>::first) > 1)
            throw refusal{"IncompleteSignature", fmt::format("{} must be given once.", name)};
    }
}

std::optional<signature_parts> read_presigned(const signed_request& request) {
    const auto query = parse_form(request.query);
    if (parameter(query, "X-Amz-Algorithm") != algorithm) return std::nullopt;
    refuse_repeated(query);
    signature_parts parts{parameter(query, "X-Amz-Credential"),
                          parameter(query, "X-Amz-SignedHeaders"),
                          parameter(query, "X-Amz-Signature"),
                          parameter(query, "X-Amz-Date"),
                          std::chrono::seconds{0},
                          true};
    const std::string expires = parameter(query, "X-Amz-Expires");
    int seconds = 0;
    const auto [end, failed] = std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
    if (failed != std::errc{} || end != expires.data() + expires.size() || seconds < 1 || seconds > 604'800) {
        throw refusal{"IncompleteSignature", "X-Amz-Expires must be between 1 and 604800 seconds."};
    }
    parts.expires = std::chrono::seconds{seconds};
    return parts;
}

std::optional<signature_parts> read_parts(const signed_request& request) {
    std::string_view written = field_of(request, "Authorization");
    if (!written.starts_with(algorithm)) return read_presigned(request);
    const auto is_authorization = [](const auto& each) {
        return boost::iequals(each.first, "Authorization");
    };
    if (std::ranges::count_if(request.fields, is_authorization) > 1)
        throw refusal{"IncompleteSignature", "Authorization must be given once."};
    written.remove_prefix(algorithm.size());
    signature_parts parts;
    std::vector<std::string> pairs;
    boost::split(pairs, written, [](char c) { return c == ','; });
    for (std::string& pair : pairs) {
        boost::trim(pair);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string_view name = std::string_view{pair}.substr(0, equals);
        const std::string value = pair.substr(std::min(equals + 1, pair.size()));
        if (name == "Credential") parts.credential = value;
        if (name == "SignedHeaders") parts.signed_headers = value;
        if (name == "Signature") parts.signature = value;
    }
    parts.time = field_of(request, "X-Amz-Date");
    return parts;
}

[[noreturn]] void incomplete(std::string_view what) {
    throw refusal{"IncompleteSignature", fmt::format("The request's AWS signature is incomplete: {}", what)};
}

credential read_credential(const signature_parts& parts) {
    std::vector<std::string> steps;
    boost::split(steps, parts.credential, [](char c) { return c == '/'; });
    if (steps.size() != 5 || steps[4] != "aws4_request" || steps[0].empty()) {
        incomplete("Credential must be KEY/DATE/REGION/SERVICE/aws4_request.");
    }
    return {steps[0], steps[1], steps[2], steps[3]};
}

std::string canonical_query(const signed_request& request) {
    auto pairs = parse_form(request.query);
    std::erase_if(pairs, [](const auto& pair) { return pair.first == "X-Amz-Signature"; });
    for (auto& [name, value] : pairs) {
        name = percent_encode(name);
        value = percent_encode(value);
    }
    std::ranges::sort(pairs);
    std::string out;
    for (const auto& [name, value] : pairs)
        out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, value);
    return out;
}

// What decides which operation is done, for whom and how; a client's name of itself does not.
bool decides(const signed_request& request, std::string_view name) {
    if (boost::iequals(name, "Content-Type")) return request.method != "GET" && request.method != "HEAD";
    return boost::iequals(name, "Host") ||
           (boost::istarts_with(name, "X-Amz-") && !boost::iequals(name, "X-Amz-User-Agent"));
}

std::string canonical_fields(const signed_request& request, const std::string& signed_headers) {
    std::vector<std::string> names;
    boost::split(names, signed_headers, [](char c) { return c == ';'; });
    if (std::ranges::find(names, "host") == names.end()) incomplete("'Host' must be a signed header.");
    for (const auto& [key, value] : request.fields) {
        const auto is_same = [&](const std::string& name) { return boost::iequals(name, key); };
        if (decides(request, key) && std::ranges::none_of(names, is_same))
            incomplete(fmt::format("'{}' must be a signed header.", key));
    }
    std::string out;
    for (const std::string& name : names) {
        std::string values;
        for (const auto& [key, value] : request.fields) {
            if (!boost::iequals(key, name)) continue;
            std::string one = boost::trim_copy(std::string{value});
            const auto doubled = [](char a, char b) { return a == ' ' && b == ' '; };
            one.erase(std::ranges::unique(one, doubled).begin(), one.end());
            values += (values.empty() ? "" : ",") + one;
        }
        out += fmt::format("{}:{}\n", name, values);
    }
    return out;
}

std::string expected_signature(const signed_request& request, const signature_parts& parts,
                               const credential& whose, const std::string& secret) {
    const std::string canonical =
        fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, percent_encode_path(request.path),
                    canonical_query(request), canonical_fields(request, parts.signed_headers),
                    parts.signed_headers, ground::to_hex(ground::sha256(request.body)));
    const std::string scope = fmt::format("{}/{}/{}/aws4_request", whose.date, whose.region, whose.service);
    const std::string to_sign = fmt::format("{}\n{}\n{}\n{}", algorithm, parts.time, scope,
                                            ground::to_hex(ground::sha256(canonical)));

    std::string key = ground::hmac_sha256("AWS4" + secret, whose.date);
    for (const std::string_view step : {std::string_view{whose.region}, std::string_view{whose.service},
                                        std::string_view{"aws4_request"}}) {
        key = ground::hmac_sha256(key, step);
    }
    return ground::to_hex(ground::hmac_sha256(key, to_sign));
}

void check_time(const signature_parts& parts, const credential& whose,
                std::chrono::system_clock::time_point now, std::chrono::seconds leeway) {
    std::tm broken_down{};
    const char* const end = ::strptime(parts.time.c_str(), "%Y%m%dT%H%M%SZ", &broken_down);
    constexpr std::size_t written = std::string_view{"20261130T140836Z"}.size(); // strptime takes less
    if (end == nullptr || *end != '\0' || parts.time.size() != written)
        incomplete("Date must be in ISO-8601 'basic format'.");
    if (parts.time.substr(0, parts.time.find('T')) != whose.date) {
        throw refusal{"SignatureDoesNotMatch",
                      "Date in Credential scope does not match YYYYMMDD from ISO-8601 "
                      "version of date from HTTP",
                      403};
    }
    const auto sent = std::chrono::system_clock::from_time_t(::timegm(&broken_down));
    const auto last = sent + parts.expires.value_or(leeway);
    const auto text = [](auto when) {
        return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(when)));
    };
    if (now > last) {
        throw refusal{"RequestExpired",
                      fmt::format("Request has expired: {} is now later than {}", text(now), text(last))};
    }
    if (sent > now + leeway) {
        throw refusal{"RequestExpired", fmt::format("Signature not yet current: {} is still later than {}",
                                                    text(sent), text(now + leeway))};
    }
}

} // namespace

void check_signing_time(const signed_request& request, std::chrono::system_clock::time_point now,
                        std::chrono::seconds leeway) {
    const auto parts = read_parts(request);
    if (!parts) incomplete("there is none.");
    check_time(*parts, read_credential(*parts), now, leeway);
}

std::optional<credential> credential_of(const signed_request& request) {
    const auto parts = read_parts(request);
    if (!parts) return std::nullopt;
    return read_credential(*parts);
}

std::string session_token_of(const signed_request& request) {
    constexpr std::string_view name = "X-Amz-Security-Token";
    const std::string_view field = field_of(request, name);
    return field.empty() ? parameter(parse_form(request.query), name) : std::string{field};
}

key_ring key_ring::from_file(const std::string& path) {
    std::ifstream file{path};
    if (!file) throw std::runtime_error{fmt::format("the keys' file {} cannot be read", path)};
    key_ring out;
    std::string profile;
    std::string access_key;
    std::string secret;
    for (std::string line; std::getline(file, line);) {
        boost::trim(line);
        if (line.starts_with('[')) { // a key and its secret are of one profile, in any order
            profile = boost::trim_copy(line.substr(1, line.find(']') - 1));
            access_key.clear();
            secret.clear();
            continue;
        }
        const std::size_t equals = std::min(line.find('='), line.size());
        const std::string name = boost::trim_copy(line.substr(0, equals));
        const std::string value = boost::trim_copy(line.substr(std::min(equals + 1, line.size())));
        if (name == "aws_access_key_id") access_key = value;
        if (name == "aws_secret_access_key") secret = value;
        if (!access_key.empty() && !secret.empty()) out.add(access_key, secret, profile);
    }
    if (out.keys_.empty()) {
        throw std::runtime_error{
            fmt::format("{} holds no aws_access_key_id with its aws_secret_access_key", path)};
    }
    return out;
}

void key_ring::add(std::string access_key, std::string secret, std::string profile) {
    keys_.insert_or_assign(std::move(access_key), key{std::move(secret), std::move(profile)});
}

bool key_ring::has(std::string_view access_key) const {
    return keys_.contains(access_key);
}

std::string key_ring::profile_of(std::string_view access_key) const {
    const auto known = keys_.find(access_key);
    return known == keys_.end() ? "" : known->second.profile;
}

void key_ring::verify(const signed_request& request, std::chrono::system_clock::time_point now) const {
    const auto parts = read_parts(request);
    if (!parts) throw refusal{"MissingAuthenticationToken", "Request is missing Authentication Token", 403};
    const credential whose = read_credential(*parts);
    if (parts->signature.empty()) incomplete("Signature is missing.");
    if (parts->signed_headers.empty()) incomplete("SignedHeaders is missing.");
    const auto known = keys_.find(whose.access_key);
    if (known == keys_.end()) {
        throw refusal{"InvalidClientTokenId", "The security token included in the request is invalid.", 403};
    }
    check_time(*parts, whose, now, clock_leeway);
    const std::string expected = expected_signature(request, *parts, whose, known->second.secret);
    if (!ground::equals_secret(expected, parts->signature)) {
        throw refusal{
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your "
            "AWS Secret Access Key and signing method. Consult the service documentation for details.",
            403};
    }
}

} // namespace cruddur::cloud::wire
