#include "app/input/cursor.hpp"

#include "app/input/base64url.hpp"
#include "app/input/json_text.hpp"

#include <boost/crc.hpp>

#include <chrono>

namespace cruddur::app::input {
namespace {

constexpr unsigned version = 1; // the lower half of the first byte; the upper one is the tie
constexpr std::size_t bytes_in_all = 1 + 8 + 16 + 2; // a multiple of three: 36 letters, no bits left over
// The year 9999: everything below is a time that PostgreSQL takes.
constexpr std::int64_t created_at_us_max = 253'402'300'799'999'999;

std::uint16_t checksum(std::string_view bytes) {
    boost::crc_ccitt_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return static_cast<std::uint16_t>(crc.checksum());
}

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

template<class Integer>
void append_big_endian(std::string& bytes, Integer value) {
    for (std::size_t shift = sizeof value * 8; shift > 0; shift -= 8)
        bytes += static_cast<char>(value >> (shift - 8) & 0xff);
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes)
        value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

} // namespace

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool hyphen = at == 8 || at == 13 || at == 18 || at == 23;
        if (hyphen ? text[at] != '-' : hex_value(text[at]) < 0) return false;
    }
    return true;
}

std::string cursor::encode() const {
    std::string bytes(1, static_cast<char>(tie << 4 | version));
    append_big_endian(bytes, static_cast<std::uint64_t>(created_at_us));
    for (std::size_t at = 0; at + 1 < uuid.size(); at += 2) {
        if (uuid[at] == '-') ++at;
        bytes += static_cast<char>(hex_value(uuid[at]) << 4 | hex_value(uuid[at + 1]));
    }
    append_big_endian(bytes, checksum(bytes));
    return base64url_encode(bytes);
}

std::optional<cursor> cursor::decode(std::string_view text) {
    if (text.size() != bytes_in_all * 4 / 3) return std::nullopt;
    const auto bytes = base64url_decode(text);
    if (!bytes) return std::nullopt;
    const std::string_view view = *bytes;
    const auto first = static_cast<std::uint8_t>(view.front());
    if ((first & 0x0f) != version || first >> 4 >= ties) return std::nullopt;
    const std::string_view sum = view.substr(bytes_in_all - 2);
    if (big_endian(sum) != checksum(view.substr(0, bytes_in_all - 2))) return std::nullopt;
    cursor made;
    made.tie = first >> 4;
    made.created_at_us = static_cast<std::int64_t>(big_endian(view.substr(1, 8)));
    if (made.created_at_us < 0 || made.created_at_us > created_at_us_max) return std::nullopt;
    append_uuid(made.uuid, view.substr(9, 16));
    return made;
}

std::string cursor::created_at() const {
    std::string made;
    append_time(made, std::chrono::microseconds{created_at_us});
    return made;
}

} // namespace cruddur::app::input
