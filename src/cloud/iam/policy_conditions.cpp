#include "cloud/iam/policy_conditions.hpp"

#include "cloud/wire/listing.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <ctime>

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
namespace cruddur::cloud::iam {

namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t arn_parts = 6;

// What an operator compares, whether it asks for the contrary, and how it compares.
struct condition_test {
    enum class kind : std::uint8_t {
        text,
        text_any_case,
        pattern,
        number,
        date,
        boolean,
        address,
        arn,
        null
    };
    enum class relation : std::uint8_t { equal, less, less_or_equal, greater, greater_or_equal };

    std::string_view name;
    kind of;
    bool negated = false;
    relation is = relation::equal;
};

using enum condition_test::kind;
using enum condition_test::relation;

constexpr std::array tests{condition_test{"StringEquals", text},
                           condition_test{"StringNotEquals", text, true},
                           condition_test{"StringEqualsIgnoreCase", text_any_case},
                           condition_test{"StringNotEqualsIgnoreCase", text_any_case, true},
                           condition_test{"StringLike", pattern},
                           condition_test{"StringNotLike", pattern, true},
                           condition_test{"BinaryEquals", text},
                           condition_test{"NumericEquals", number},
                           condition_test{"NumericNotEquals", number, true},
                           condition_test{"NumericLessThan", number, false, less},
                           condition_test{"NumericLessThanEquals", number, false, less_or_equal},
                           condition_test{"NumericGreaterThan", number, false, greater},
                           condition_test{"NumericGreaterThanEquals", number, false, greater_or_equal},
                           condition_test{"DateEquals", date},
                           condition_test{"DateNotEquals", date, true},
                           condition_test{"DateLessThan", date, false, less},
                           condition_test{"DateLessThanEquals", date, false, less_or_equal},
                           condition_test{"DateGreaterThan", date, false, greater},
                           condition_test{"DateGreaterThanEquals", date, false, greater_or_equal},
                           condition_test{"Bool", boolean},
                           condition_test{"IpAddress", address},
                           condition_test{"NotIpAddress", address, true},
                           condition_test{"ArnEquals", arn},
                           condition_test{"ArnLike", arn},
                           condition_test{"ArnNotEquals", arn, true},
                           condition_test{"ArnNotLike", arn, true},
                           condition_test{"Null", null}};

const condition_test* find_test(std::string_view name) {
    const auto found = std::ranges::find(tests, name, &condition_test::name);
    return found == tests.end() ? nullptr : &*found;
}

std::optional<double> number_of(std::string_view from) {
    double out = 0;
    const auto [end, failed] = std::from_chars(from.data(), from.data() + from.size(), out);
    if (failed != std::errc{} || end != from.data() + from.size()) return std::nullopt;
    return out;
}

// Seconds since 1970, of "2026-11-30T14:08:36Z", of a date alone, or of such a number.
std::optional<double> time_of(const std::string& from) {
    if (const auto seconds = number_of(from)) return seconds;
    for (const char* const form : {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
        std::tm fields{};
        const char* const end = ::strptime(from.c_str(), form, &fields);
        if (end == nullptr) continue;
        std::string_view rest = end;
        if (rest.starts_with('.'))
            rest.remove_prefix(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
        if (rest.empty() || rest == "Z") return static_cast<double>(::timegm(&fields));
    }
    return std::nullopt;
}

bool compare(double left, double right, condition_test::relation is) {
    switch (is) {
    case equal:
        return left == right;
    case less:
        return left < right;
    case less_or_equal:
        return left <= right;
    case greater:
        return left > right;
    case greater_or_equal:
        return left >= right;
    }
    return false;
}

bool compare(const std::optional<double>& left, const std::optional<double>& right,
             condition_test::relation is) {
    return left && right && compare(*left, *right, is);
}

std::string as_network(const std::string& written) {
    if (written.find('/') != std::string::npos) return written;
    return written + (written.find(':') == std::string::npos ? "/32" : "/128");
}

template<class Network>
bool contains(const Network& network, const Network& host) {
    return host.is_subnet_of(network) || host.canonical() == network.canonical();
}

// "203.0.113.0/24", or one address.
bool is_in_network(const std::string& given, const std::string& network) {
    boost::system::error_code failed;
    const ip::address from = ip::make_address(given, failed);
    if (failed) return false;
    const std::string wanted = as_network(network);
    if (from.is_v4()) {
        const auto in = ip::make_network_v4(wanted, failed);
        return !failed && contains(in, ip::network_v4{from.to_v4(), 32});
    }
    const auto in = ip::make_network_v6(wanted, failed);
    return !failed && contains(in, ip::network_v6{from.to_v6(), 128});
}

bool is_network(const std::string& written) {
    boost::system::error_code failed;
    const std::string wanted = as_network(written);
    (void)ip::make_network_v4(wanted, failed);
    if (failed) (void)ip::make_network_v6(wanted, failed);
    return !failed;
}

// Of one value of the context and one of the policy.
bool matches(const condition_test& test, const std::string& given, const std::string& plain,
             const std::string& as_glob) {
    switch (test.of) {
    case text:
        return given == plain;
    case text_any_case:
        return boost::iequals(given, plain);
    case pattern:
        return wire::matches_wildcard(as_glob, given);
    case number:
        return compare(number_of(given), number_of(plain), test.is);
    case date:
        return compare(time_of(given), time_of(plain), test.is);
    case boolean:
        return boost::iequals(given, plain);
    case address:
        return is_in_network(given, plain);
    case arn:
        return matches_arn(as_glob, given);
    case null:
        break; // asks for no value
    }
    return false;
}

std::string escaped(std::string_view literal) {
    std::string out;
    for (const char c : literal) {
        if (c == '*' || c == '?' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

// Without the escapes that as_pattern has put in.
std::string unescaped(std::string_view glob) {
    std::string out;
    for (std::size_t i = 0; i < glob.size(); ++i) {
        if (glob[i] == '\\' && i + 1 < glob.size()) ++i;
        out += glob[i];
    }
    return out;
}

// The value of what stands between "${" and "}": a key, and perhaps its default between quotes.
std::optional<std::string> variable_value(std::string_view inner, const condition_context& in) {
    if (inner == "*" || inner == "?" || inner == "$") return std::string{inner};
    std::optional<std::string> otherwise;
    if (const auto comma = inner.find(','); comma != std::string_view::npos) {
        std::string_view quoted = inner.substr(comma + 1);
        inner = inner.substr(0, comma);
        const auto begin = quoted.find('\'');
        const auto end = quoted.rfind('\'');
        if (begin != std::string_view::npos && end > begin)
            otherwise = std::string{quoted.substr(begin + 1, end - begin - 1)};
        while (inner.ends_with(' '))
            inner.remove_suffix(1);
    }
    const auto* const values = in.find(inner);
    if (values == nullptr || values->size() != 1) return otherwise;
    return values->front();
}

// The first five parts and what is behind them; an escaped colon does not occur.
std::array<std::string_view, arn_parts> parts_of(std::string_view arn, std::string_view missing) {
    std::array<std::string_view, arn_parts> out;
    out.fill(missing);
    for (std::size_t i = 0; i < arn_parts; ++i) {
        const auto colon = i + 1 < arn_parts ? arn.find(':') : std::string_view::npos;
        out.at(i) = arn.substr(0, colon);
        if (colon == std::string_view::npos) break;
        arn.remove_prefix(colon + 1);
    }
    return out;
}

} // namespace

void condition_context::put(std::string_view key, std::string value) {
    values_[boost::to_lower_copy(std::string{key})] = {std::move(value)};
}

void condition_context::put(std::string_view key, std::vector<std::string> values) {
    values_[boost::to_lower_copy(std::string{key})] = std::move(values);
}

const std::vector<std::string>* condition_context::find(std::string_view key) const {
    const auto found = values_.find(boost::to_lower_copy(std::string{key}));
    return found == values_.end() ? nullptr : &found->second;
}

bool is_condition_test(std::string_view name) {
    return find_test(name) != nullptr;
}

void check_values(const policy_condition& of) {
    const condition_test& test = *find_test(of.test);
    const auto refuse = [&] { throw malformed_policy{"Syntax errors in policy."}; };
    for (const std::string& each : of.values) {
        if (each.find("${") != std::string::npos) continue;
        if (test.of == number && !number_of(each)) refuse();
        if (test.of == date && !time_of(each)) refuse();
        if (test.of == address && !is_network(each)) refuse();
        const bool is_boolean = boost::iequals(each, "true") || boost::iequals(each, "false");
        if ((test.of == boolean || test.of == null) && !is_boolean) refuse();
    }
}

std::optional<std::string> as_pattern(std::string_view from, bool has_variables,
                                      const condition_context& in) {
    std::string out;
    while (!from.empty()) {
        const auto end = has_variables && from.starts_with("${") ? from.find('}') : std::string_view::npos;
        if (end == std::string_view::npos) {
            if (from.front() == '\\') out += '\\';
            out += from.front();
            from.remove_prefix(1);
            continue;
        }
        const auto value = variable_value(from.substr(2, end - 2), in);
        if (!value) return std::nullopt;
        out += escaped(*value);
        from.remove_prefix(end + 1);
    }
    return out;
}

bool holds(const policy_condition& what, bool has_variables, const condition_context& in) {
    const condition_test& test = *find_test(what.test);
    const auto* const given = in.find(what.key);
    const bool is_there = given != nullptr && !given->empty();
    if (test.of == null) {
        return std::ranges::any_of(
            what.values, [&](const std::string& each) { return boost::iequals(each, "true") != is_there; });
    }
    if (!is_there) {
        if (what.of == policy_condition::qualifier::any_value) return false;
        return what.if_exists || test.negated || what.of == policy_condition::qualifier::all_values;
    }
    const auto fits = [&](const std::string& value) {
        const bool any = std::ranges::any_of(what.values, [&](const std::string& written) {
            const auto glob = as_pattern(written, has_variables, in);
            return glob && matches(test, value, unescaped(*glob), *glob);
        });
        return any != test.negated;
    };
    // Of a key with several values, the contrary holds where it holds of each.
    const bool every = what.of == policy_condition::qualifier::all_values ||
                       (what.of == policy_condition::qualifier::none && test.negated);
    return every ? std::ranges::all_of(*given, fits) : std::ranges::any_of(*given, fits);
}

bool matches_arn(std::string_view glob, std::string_view arn) {
    if (glob == "*") return true;
    const auto wanted = parts_of(glob, "*");
    const auto given = parts_of(arn, "");
    for (std::size_t i = 0; i < arn_parts; ++i) {
        if (!wire::matches_wildcard(wanted.at(i), given.at(i))) return false;
    }
    return true;
}

} // namespace cruddur::cloud::iam
