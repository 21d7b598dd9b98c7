#include "postgres/url.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <memory>

namespace cruddur::postgres {
namespace {

constexpr std::string_view shape =
    "It looks like postgresql://user:password@host:5432/database, where @ : / ? # % and spaces within the "
    "user, the "
    "password and the database are percent-encoded: %40 %3A %2F %3F %23 %25 %20";

using options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

error usage(std::string message) {
    error failed;
    failed.kind = failure::usage;
    failed.message = std::move(message);
    failed.hint = shape;
    return failed;
}

// libpq quotes pieces of the text in its messages, and any piece may be of the password: what stands in
// quotes goes, but for a single character such as "=".
std::string without_quotations(std::string_view message) {
    std::string out;
    while (!message.empty()) {
        const auto open = message.find('"');
        out += message.substr(0, open);
        if (open == std::string_view::npos) break;
        message.remove_prefix(open);
        const bool single = message.size() > 2 && message[2] == '"';
        const std::size_t close = single ? 2 : message.rfind('"');
        out += single ? message.substr(0, 3) : "\"…\"";
        message.remove_prefix(close + 1);
    }
    while (out.ends_with('\n') || out.ends_with(' '))
        out.pop_back();
    return out;
}

// What a file or a clipboard has left in a URL, and libpq would take for a part of the database's name; null
// for nothing. Spaces within are libpq's to judge, and its keyword strings have them.
const char* stray_character(std::string_view text) {
    if (text.find('\r') != std::string_view::npos) return "a carriage return";
    if (text.find('\n') != std::string_view::npos) return "a line break";
    if (text.find('\t') != std::string_view::npos) return "a tab";
    if (text.starts_with(' ') || text.ends_with(' ')) return "a space";
    return nullptr;
}

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    boost::algorithm::split(parts, list, [](char c) { return c == ','; });
    return parts;
}

bool valid_port(std::string_view port) {
    if (port.empty()) return true;
    int number = 0;
    const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
    return failed == std::errc{} && end == port.data() + port.size() && number >= 1 && number <= 65'535;
}

bool loopback(std::string_view host) {
    if (host.empty() || host.starts_with('/') || host.starts_with('@')) return true;
    if (host == "localhost" || host.ends_with(".localhost")) return true;
    boost::system::error_code failed;
    const auto address = boost::asio::ip::make_address(std::string{host}, failed);
    if (failed) return false;
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
    }
    return address.is_loopback();
}

// The bundle of root certificates that this system trusts. libpq 15 cannot ask OpenSSL for it, so it needs
// the name.
std::string system_bundle() {
    const char* home = std::getenv("HOME");
    // libpq's own default wins where it is there.
    if (home != nullptr && std::filesystem::exists(std::filesystem::path{home} / ".postgresql/root.crt"))
        return {};
    const char* named = std::getenv(X509_get_default_cert_file_env());
    const std::array<const char*, 5> candidates{named, X509_get_default_cert_file(),
                                                "/etc/ssl/certs/ca-certificates.crt",
                                                "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};
    for (const char* candidate : candidates) {
        if (candidate != nullptr && std::filesystem::exists(candidate)) return candidate;
    }
    return {};
}

std::string encoded(std::string_view text) {
    return boost::urls::encode(boost::core::string_view{text.data(), text.size()},
                               boost::urls::unreserved_chars);
}

// Which libpq does not know: they are ours.
constexpr const char* secret_keyword = "secret";
constexpr const char* iam_keyword = "iam";

bool is_ours(std::string_view keyword) {
    return keyword == secret_keyword || keyword == iam_keyword;
}

// Takes the parameter out of a URL's text; "" where it is not there.
result<std::string> take_out(std::string& text, std::string_view keyword) {
    const std::string name = fmt::format("{}=", keyword);
    const bool is_url = text.starts_with("postgresql://") || text.starts_with("postgres://");
    const std::size_t query = is_url ? text.find('?') : std::string::npos;
    if (query == std::string::npos) return std::string{};
    for (std::size_t begin = query + 1; begin < text.size();) {
        const std::size_t end = std::min(text.find('&', begin), text.size());
        if (std::string_view{text}.substr(begin).starts_with(name)) {
            const std::string sent = text.substr(begin + name.size(), end - begin - name.size());
            const auto encoded_well = boost::urls::make_pct_string_view(sent);
            if (!encoded_well)
                return usage(
                    fmt::format("the connection URL's {} is not percent-encoded as it should be", keyword));
            text.erase(begin, std::min(end + 1, text.size()) - begin);
            if (text.ends_with('&') || text.ends_with('?')) text.pop_back();
            return encoded_well->decode();
        }
        begin = end + 1;
    }
    return std::string{};
}

} // namespace

result<connection_url> connection_url::parse(std::string_view whole) {
    std::string text{whole};
    auto secret = take_out(text, secret_keyword);
    if (secret.has_error()) return secret.error();
    const auto iam = take_out(text, iam_keyword);
    if (iam.has_error()) return iam.error();
    if (!iam.value().empty() && iam.value() != "true" && iam.value() != "false")
        return usage("the connection URL's iam is neither true nor false");
    if (text.empty()) return usage("the connection URL is empty");
    if (text.find('\0') != std::string_view::npos) return usage("the connection URL holds a NUL character");
    if (const char* stray = stray_character(text)) {
        error failed = usage(fmt::format("the connection URL begins or ends with, or holds, {}", stray));
        failed.hint =
            "Take it out: it would be part of a name. A carriage return comes with Windows' line ends, which "
            "sed -i 's/\\r$//' FILE takes out of the file that sets it.";
        return failed;
    }

    char* complaint = nullptr;
    const options parsed{PQconninfoParse(text.c_str(), &complaint), &PQconninfoFree};
    const std::unique_ptr<char, decltype(&PQfreemem)> complaint_owner{complaint, &PQfreemem};
    if (!parsed) {
        return usage(fmt::format("the connection URL is malformed: {}",
                                 without_quotations(complaint != nullptr ? complaint : "out of memory")));
    }
    const options defaults{PQconndefaults(), &PQconninfoFree};
    if (!defaults)
        return usage("libpq's defaults cannot be read: is the service file that PGSERVICE names there?");

    connection_url url;
    const PQconninfoOption* fallback = defaults.get();
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option, ++fallback) {
        const bool given = option->val != nullptr && *option->val != '\0';
        const char* value = given ? option->val : fallback->val;
        if (value == nullptr || *value == '\0') continue;
        url.settings_.push_back({option->keyword, value, given, std::string_view{option->dispchar} == "*"});
    }
    if (!secret.value().empty()) url.settings_.push_back({secret_keyword, secret.value(), true, false});
    if (iam.value() == "true") url.settings_.push_back({iam_keyword, iam.value(), true, false});
    if (url.given("service")) {
        return usage("the connection URL names a service, which is read from the variable PGSERVICE only");
    }

    const auto hosts = split(url.get("host")), addresses = split(url.get("hostaddr")),
               ports = split(url.get("port"));
    const bool by_address = !url.get("hostaddr").empty();
    const auto count = by_address ? addresses.size() : hosts.size();
    if (by_address && !url.get("host").empty() && hosts.size() != addresses.size()) {
        return usage(
            fmt::format("the connection URL has {} hosts for {} addresses", hosts.size(), addresses.size()));
    }
    if (ports.size() != 1 && ports.size() != count) {
        return usage(fmt::format("the connection URL has {} ports for {} hosts", ports.size(), count));
    }
    if (!std::ranges::all_of(ports, valid_port)) {
        return usage("a port of the connection URL is not a number from 1 to 65535");
    }
    if (std::ranges::any_of(hosts,
                            [](const std::string& host) { return host.find('@', 1) != std::string::npos; })) {
        return usage("a host of the connection URL contains @");
    }
    return url;
}

std::string_view connection_url::get(std::string_view keyword) const {
    const auto found = std::ranges::find(settings_, keyword, &setting::keyword);
    return found == settings_.end() ? std::string_view{} : std::string_view{found->value};
}

bool connection_url::given(std::string_view keyword) const {
    return std::ranges::any_of(settings_,
                               [&](const setting& one) { return one.keyword == keyword && one.given; });
}

std::string connection_url::database() const {
    return std::string{get("dbname").empty() ? get("user") : get("dbname")};
}

std::string connection_url::user() const {
    return std::string{get("user")};
}

std::string connection_url::password() const {
    return std::string{get("password")};
}

std::vector<connection_url::endpoint> connection_url::endpoints() const {
    const auto hosts = split(get("host")), addresses = split(get("hostaddr")), ports = split(get("port"));
    std::vector<endpoint> found(std::max(hosts.size(), addresses.size()));
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (i < hosts.size()) found[i].host = hosts[i];
        if (i < addresses.size()) found[i].hostaddr = addresses[i];
        found[i].port = ports.size() == 1 ? ports[0] : ports[i];
        if (found[i].port.empty()) found[i].port = "5432";
    }
    return found;
}

bool connection_url::remote() const {
    return std::ranges::any_of(
        endpoints(), [](const endpoint& one) { return !loopback(one.host) || !loopback(one.hostaddr); });
}

connection_url connection_url::with(std::string_view keyword, std::string value) const {
    connection_url changed = *this;
    const auto found = std::ranges::find(changed.settings_, keyword, &setting::keyword);
    if (found == changed.settings_.end()) {
        changed.settings_.push_back(
            {std::string{keyword}, std::move(value), true, keyword.ends_with("password")});
    } else {
        found->value = std::move(value);
        found->given = true;
    }
    return changed;
}

connection_url connection_url::with_verified_tls(std::string_view ca_file) const {
    if (!remote() && ca_file.empty()) return *this;
    connection_url verified = given("sslmode") ? *this : with("sslmode", "verify-full");
    if (!ca_file.empty()) return verified.with("sslrootcert", std::string{ca_file});
    if (verified.get("sslmode").starts_with("verify-") && verified.get("sslrootcert").empty()) {
        if (auto bundle = system_bundle(); !bundle.empty())
            return verified.with("sslrootcert", std::move(bundle));
    }
    return verified;
}

std::vector<std::pair<std::string, std::string>> connection_url::keywords() const {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto& one : settings_) {
        if (!one.value.empty() && !is_ours(one.keyword)) pairs.emplace_back(one.keyword, one.value);
    }
    return pairs;
}

std::string connection_url::format(bool with_secrets) const {
    std::string out = "postgresql://" + encoded(user());
    if (!password().empty()) out += ':' + (with_secrets ? encoded(password()) : "***");
    out += '@';
    const bool by_host = !get("host").empty();
    if (by_host) {
        std::string_view separator;
        for (const auto& [host, hostaddr, port] : endpoints()) {
            const bool bracketed = host.find(':') != std::string::npos && !host.starts_with('/');
            out += fmt::format("{}{}:{}", separator, bracketed ? '[' + host + ']' : encoded(host), port);
            separator = ",";
        }
    }
    out += '/' + encoded(database());
    char separator = '?';
    for (const auto& one : settings_) {
        constexpr std::array<std::string_view, 4> placed{"user", "password", "dbname", "host"};
        if (std::ranges::find(placed, one.keyword) != placed.end() || one.value.empty()) continue;
        if (one.keyword == "port" ? by_host : !one.given) continue;
        if (is_ours(one.keyword) && with_secrets) continue; // psql would stumble over it
        out += fmt::format("{}{}={}", separator, one.keyword,
                           one.secret && !with_secrets ? "***" : encoded(one.value));
        separator = '&';
    }
    return out;
}

std::string connection_url::to_string() const {
    return format(true);
}

std::string connection_url::redacted() const {
    return format(false);
}

} // namespace cruddur::postgres
