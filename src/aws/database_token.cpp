#include "aws/database_token.hpp"

#include "aws/settings.hpp"
#include "postgres/password_source.hpp"

#include <boost/algorithm/hex.hpp>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <iterator>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::aws {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view scope_name = "rds-db";
constexpr std::chrono::seconds lifetime = std::chrono::minutes{15}; // the longest that RDS takes
constexpr std::chrono::seconds kept_for = std::chrono::minutes{5};  // the rest is for clocks that differ

std::string encoded(std::string_view text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::string bytes_of(const unsigned char* begin, unsigned int size) {
    return {reinterpret_cast<const char*>(begin), size};
}

std::string sha256(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), out.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error{"SHA-256 cannot be computed"};
    return bytes_of(out.data(), size);
}

std::string hmac(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size) == nullptr)
        throw std::runtime_error{"an HMAC cannot be computed"};
    return bytes_of(out.data(), size);
}

std::string hex(const std::string& bytes) {
    std::string out;
    boost::algorithm::hex_lower(bytes, std::back_inserter(out));
    return out;
}

// "us-east-1" of "name.c1x2y3.us-east-1.rds.amazonaws.com"; "" of another name.
std::string region_of(std::string_view host) {
    for (const std::string_view suffix : {".rds.amazonaws.com", ".rds.amazonaws.com.cn"}) {
        if (!host.ends_with(suffix)) continue;
        host.remove_suffix(suffix.size());
        const std::size_t dot = host.rfind('.');
        return std::string{dot == std::string_view::npos ? host : host.substr(dot + 1)};
    }
    return {};
}

class token_source final : public postgres::password_source {
public:
    explicit token_source(token_place place)
        : place_{std::move(place)} {}

    [[nodiscard]] std::string current() const override {
        const std::lock_guard lock{mutex_};
        const auto now = std::chrono::system_clock::now();
        // A clock that was set back counts as well.
        if (token_.empty() || now < signed_at_ || now >= signed_at_ + kept_for) sign(now);
        return token_;
    }

    void renew() override { (void)find(); }

    // What was refused may have been signed by a role's keys, which end.
    [[nodiscard]] bool may_mend(std::string_view sqlstate, unsigned renewals) const override {
        return sqlstate.starts_with("28") && renewals == 0;
    }

    [[nodiscard]] std::string advice() const override {
        return fmt::format(
            "It was asked with a token of IAM database authentication. The instance must have that enabled, "
            "the user {} be granted rds_iam, a policy allow rds-db:connect, the region be {}, and this "
            "machine's clock be right.",
            place_.user, place_.region);
    }

    // A profile's file may have new keys as well.
    [[nodiscard]] result<void> find() {
        const auto how = load_settings({});
        if (!how) return how.error();
        auto keys = find_credentials(*how);
        if (!keys) return keys.error();
        const std::lock_guard lock{mutex_};
        keys_ = std::move(*keys);
        sign(std::chrono::system_clock::now());
        return {};
    }

private:
    void sign(std::chrono::system_clock::time_point now) const {
        token_ = sign_database_token(place_, keys_, now);
        signed_at_ = now;
    }

    const token_place place_;
    mutable std::mutex mutex_;
    credentials keys_;
    mutable std::string token_;
    mutable std::chrono::system_clock::time_point signed_at_{};
};

// Why no token goes with that URL, or "".
std::string unfit(const postgres::connection_url& url) {
    const auto hosts = url.endpoints();
    if (hosts.size() != 1) return "it names several hosts, and a token is for one";
    if (hosts.front().host.empty() || hosts.front().host.starts_with('/'))
        return "it names no host, and a token is for one";
    if (!url.password().empty() && url.given("password"))
        return "it has a password as well: take the one or the other out";
    if (!url.get("secret").empty()) return "it names a secret as well: take the one or the other out";
    const std::string_view mode = url.get("sslmode");
    if (url.given("sslmode") && (mode == "disable" || mode == "allow" || mode == "prefer")) {
        return fmt::format("sslmode={} may send the token in clear, for all on the way to read. Say "
                           "sslmode=verify-full, or require",
                           mode);
    }
    return {};
}

} // namespace

std::string sign_database_token(const token_place& place, const credentials& by,
                                std::chrono::system_clock::time_point now) {
    const std::string time =
        fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
    const std::string date = time.substr(0, 8);
    const std::string scope = fmt::format("{}/{}/{}/aws4_request", date, place.region, scope_name);
    const std::string host = boost::to_lower_copy(place.host) + ":" + place.port;
    std::vector<std::pair<std::string, std::string>> query{
        {"Action", "connect"},
        {"DBUser", place.user},
        {"X-Amz-Algorithm", std::string{algorithm}},
        {"X-Amz-Credential", by.key_id + "/" + scope},
        {"X-Amz-Date", time},
        {"X-Amz-Expires", std::to_string(lifetime.count())}};
    if (!by.session_token.empty()) query.emplace_back("X-Amz-Security-Token", by.session_token);
    query.emplace_back("X-Amz-SignedHeaders", "host"); // in the order of names, as what is signed has them
    std::string sent;
    for (const auto& [name, value] : query)
        sent += fmt::format("{}{}={}", sent.empty() ? "" : "&", encoded(name), encoded(value));
    const std::string canonical = fmt::format("GET\n/\n{}\nhost:{}\n\nhost\n{}", sent, host, hex(sha256("")));
    std::string key = hmac("AWS4" + by.secret, date);
    for (const std::string_view step :
         {std::string_view{place.region}, scope_name, std::string_view{"aws4_request"}})
        key = hmac(key, step);
    const std::string signature =
        hex(hmac(key, fmt::format("{}\n{}\n{}\n{}", algorithm, time, scope, hex(sha256(canonical)))));
    return fmt::format("{}/?{}&X-Amz-Signature={}", host, sent, signature);
}

result<postgres::connection_url> with_token(postgres::connection_url url) {
    if (url.get("iam") != "true") return url;
    if (const std::string why = unfit(url); !why.empty())
        return misconfigured(fmt::format("The connection URL says iam=true, but {}", why));
    if (!url.get("sslmode").starts_with("verify-")) url = url.with("sslmode", "require");
    const auto how = load_settings({});
    if (!how) return how.error();
    const auto at = url.endpoints().front();
    token_place place{at.host, at.port, region_of(at.host), url.user()};
    if (place.region.empty()) place.region = how->region;
    if (place.region.empty()) {
        return misconfigured("No region is set, and the database's host tells none",
                             "Name it: export AWS_REGION=us-east-1, or `region` in ~/.aws/config.");
    }
    const auto kept = std::make_shared<token_source>(std::move(place));
    if (const auto done = kept->find(); !done) return done.error();
    postgres::keep_password_source(postgres::password_source_name(url), kept);
    return url.with("password", kept->current());
}

} // namespace cruddur::aws
