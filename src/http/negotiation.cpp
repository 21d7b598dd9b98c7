#include "http/negotiation.hpp"

#include "http/text.hpp"

#include <algorithm>
#include <optional>

namespace cruddur::http {
namespace {

constexpr int quality_max = 1'000;

// "0.25" in thousandths; nullopt for what is no qvalue.
std::optional<int> parse_quality(std::string_view value) {
    if (value.empty() || value.size() > 5 || (value[0] != '0' && value[0] != '1')) return std::nullopt;
    if (value.size() > 1 && value[1] != '.') return std::nullopt;
    int quality = (value[0] - '0') * quality_max;
    int place = quality_max / 10;
    for (const char digit : value.substr(std::min<std::size_t>(2, value.size()))) {
        if (digit < '0' || digit > '9') return std::nullopt;
        quality += (digit - '0') * place;
        place /= 10;
    }
    return quality <= quality_max ? std::optional{quality} : std::nullopt;
}

// Takes the parameters of one element apart for its q; a malformed one makes the element unacceptable.
int quality_of(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto parameter = next_element(parameters, ';');
        if (parameter.size() >= 2 && (parameter[0] == 'q' || parameter[0] == 'Q') && parameter[1] == '=')
            return parse_quality(parameter.substr(2)).value_or(0);
    }
    return quality_max;
}

std::string_view opaque(std::string_view tag) {
    return tag.starts_with("W/") ? tag.substr(2) : tag;
}

bool is_hex(std::string_view digits) {
    return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_zero(std::string_view digits) {
    return digits.find_first_not_of('0') == std::string_view::npos;
}

} // namespace

encoding choose_encoding(std::string_view accept_encoding, bool gzip, bool brotli) {
    if (accept_encoding.empty() || (!gzip && !brotli)) return encoding::identity;
    std::optional<int> any;
    std::optional<int> plain;
    std::optional<int> zipped;
    std::optional<int> smallest;
    while (!accept_encoding.empty()) {
        auto parameters = next_element(accept_encoding);
        const auto name = next_element(parameters, ';');
        const int quality = quality_of(parameters);
        if (name == "*") any = quality;
        if (equals_ignoring_case(name, "identity")) plain = quality;
        if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip")) zipped = quality;
        if (equals_ignoring_case(name, "br")) smallest = quality;
    }
    const int unnamed = any.value_or(0);
    // Identity that nobody names is acceptable, but never preferred.
    int best = plain.value_or(0);
    auto chosen = encoding::identity;
    const auto offer = [&](bool there, int quality, encoding offered) {
        if (!there || quality == 0 || quality < best) return;
        best = quality;
        chosen = offered;
    };
    offer(gzip, zipped.value_or(unnamed), encoding::gzip);
    offer(brotli, smallest.value_or(unnamed), encoding::brotli);
    return chosen;
}

bool names_tag(std::string_view if_none_match, std::string_view tag) {
    if (trim(if_none_match) == "*") return true;
    // A tag may hold commas, so the list is walked from quote to quote.
    while (true) {
        const auto open = if_none_match.find('"');
        if (open == std::string_view::npos) return false;
        const auto close = if_none_match.find('"', open + 1);
        if (close == std::string_view::npos) return false;
        if (if_none_match.substr(open, close - open + 1) == opaque(tag)) return true;
        if_none_match.remove_prefix(close + 1);
    }
}

bool is_request_id(std::string_view value) {
    const auto plain = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' || letter == '-';
    };
    return !value.empty() && value.size() <= 64 && std::ranges::all_of(value, plain);
}

bool is_traceparent(std::string_view value) {
    return value.size() == 55 && value.starts_with("00-") && value[35] == '-' && value[52] == '-' &&
           is_hex(value.substr(3, 32)) && !is_zero(value.substr(3, 32)) && is_hex(value.substr(36, 16)) &&
           !is_zero(value.substr(36, 16)) && is_hex(value.substr(53));
}

bool is_compressible(std::string_view content_type) {
    const auto type = next_element(content_type, ';');
    return type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml") ||
           type == "application/json" || type == "application/javascript" || type == "application/xml" ||
           type == "application/wasm";
}

} // namespace cruddur::http
