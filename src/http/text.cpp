#include "http/text.hpp"

#include <boost/url/pct_string_view.hpp>

#include <algorithm>
#include <cstddef>

namespace cruddur::http {
namespace {

constexpr char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}

constexpr unsigned byte_at(std::string_view bytes, std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

// The length of the well-formed UTF-8 sequence at `at`, or 0: table 3-7 of the Unicode standard.
std::size_t sequence_size(std::string_view bytes, std::size_t at) {
    const unsigned lead = byte_at(bytes, at);
    const unsigned second = byte_at(bytes, at + 1);
    const auto continues = [&](std::size_t offset) { return (byte_at(bytes, at + offset) & 0xC0U) == 0x80U; };
    if (lead < 0x80U) return lead == 0 ? 0 : 1;
    if (lead >= 0xC2U && lead <= 0xDFU) return continues(1) ? 2 : 0;
    if (lead >= 0xE0U && lead <= 0xEFU) {
        if ((lead == 0xE0U && second < 0xA0U) || (lead == 0xEDU && second > 0x9FU)) return 0;
        return continues(1) && continues(2) ? 3 : 0;
    }
    if (lead >= 0xF0U && lead <= 0xF4U) {
        if ((lead == 0xF0U && second < 0x90U) || (lead == 0xF4U && second > 0x8FU)) return 0;
        return continues(1) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

} // namespace

bool equals_ignoring_case(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, lower, lower);
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view next_element(std::string_view& list, char separator) {
    const auto end = std::min(list.find(separator), list.size());
    const auto element = trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    return element;
}

bool is_text(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const auto size = sequence_size(bytes, at);
        if (size == 0) return false;
        at += size;
    }
    return true;
}

std::optional<std::string> percent_decode(std::string_view encoded, bool plus_is_space) {
    const auto valid = boost::urls::make_pct_string_view({encoded.data(), encoded.size()});
    if (!valid) return std::nullopt;
    boost::urls::encoding_opts options;
    options.space_as_plus = plus_is_space;
    std::string decoded = valid->decode(options);
    if (!is_text(decoded)) return std::nullopt;
    return decoded;
}

} // namespace cruddur::http
