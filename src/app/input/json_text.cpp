#include "app/input/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace cruddur::app::input {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

constexpr bool is_special(char letter) {
    return static_cast<unsigned char>(letter) < ' ' || letter == '"' || letter == '\\';
}

// Whether one of eight letters is special, by arithmetic on all of them at once: a byte's highest bit is set
// by a subtraction that borrows, and not set in the byte itself.
bool any_special(const char* letters) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    std::uint64_t word = 0;
    std::memcpy(&word, letters, sizeof word);
    const auto below = [](std::uint64_t bytes, unsigned limit) { return (bytes - ones * limit) & ~bytes; };
    return ((below(word, ' ') | below(word ^ (ones * '"'), 1) | below(word ^ (ones * '\\'), 1)) &
            (ones * 0x80)) != 0;
}

std::size_t find_special(std::string_view text, std::size_t at) {
    while (at + 8 <= text.size() && !any_special(text.data() + at))
        at += 8;
    while (at < text.size() && !is_special(text[at]))
        ++at;
    return at;
}

void append_escaped(std::string& out, char letter) {
    constexpr std::string_view named = "\b\f\n\r\t\"\\";
    constexpr std::string_view names = "bfnrt\"\\";
    out += '\\';
    if (const auto found = named.find(letter); found != std::string_view::npos) {
        out += names[found];
        return;
    }
    out += "u00";
    out += digits[static_cast<unsigned char>(letter) >> 4];
    out += digits[static_cast<unsigned char>(letter) & 15];
}

// Writes that many decimal digits.
char* write_number(char* out, unsigned value, std::size_t width) {
    for (std::size_t at = width; at > 0; --at) {
        out[at - 1] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    return out + width;
}

} // namespace

void append_json(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t special = find_special(text, at);
        out.append(text.data() + at, special - at);
        if (special < text.size()) append_escaped(out, text[special]);
        at = special + 1;
    }
    out += '"';
}

void append_uuid(std::string& out, std::string_view uuid) {
    std::array<char, 36> text;
    char* to = text.data();
    for (std::size_t at = 0; at < uuid.size(); ++at) {
        if (at == 4 || at == 6 || at == 8 || at == 10) *to++ = '-';
        const auto byte = static_cast<unsigned char>(uuid[at]);
        *to++ = digits[byte >> 4];
        *to++ = digits[byte & 15];
    }
    out.append(text.data(), text.size());
}

void append_time(std::string& out, std::chrono::microseconds since_1970) {
    using namespace std::chrono;
    using time = sys_time<microseconds>;
    constexpr time first{sys_days{year{1} / 1 / 1}};
    constexpr time last = time{sys_days{year{10'000} / 1 / 1}} - microseconds{1};
    const time at = std::clamp(time{since_1970}, first, last);
    const auto day = floor<days>(at);
    const year_month_day date{day};
    const auto of_day = static_cast<std::uint64_t>((at - day).count());
    const auto seconds = static_cast<unsigned>(of_day / 1'000'000);
    std::array<char, 27> text;
    char* to = write_number(text.data(), static_cast<unsigned>(static_cast<int>(date.year())), 4);
    *to++ = '-';
    to = write_number(to, static_cast<unsigned>(date.month()), 2);
    *to++ = '-';
    to = write_number(to, static_cast<unsigned>(date.day()), 2);
    *to++ = 'T';
    to = write_number(to, seconds / 3'600, 2);
    *to++ = ':';
    to = write_number(to, seconds / 60 % 60, 2);
    *to++ = ':';
    to = write_number(to, seconds % 60, 2);
    *to++ = '.';
    to = write_number(to, static_cast<unsigned>(of_day % 1'000'000), 6);
    *to++ = 'Z';
    out.append(text.data(), text.size());
}

void append_count(std::string& out, std::string_view name, std::int64_t value) {
    const fmt::format_int digits_of{value};
    out.append(name).append(digits_of.data(), digits_of.size());
}

void append_flag(std::string& out, std::string_view name, bool value) {
    out.append(name).append(value ? "true" : "false");
}

} // namespace cruddur::app::input
