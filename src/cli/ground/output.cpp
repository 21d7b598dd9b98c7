#include "cli/ground/output.hpp"

#include "cli/ground/process.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>

namespace cruddur::cli::ground {
namespace {

std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string printable(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; }, '?');
    return text;
}

} // namespace

bool coloured(int descriptor) {
    return isatty(descriptor) != 0 && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
}

void print_label(std::string_view name) {
    const bool colour = coloured(STDOUT_FILENO);
    std::cout << (colour ? "\033[1;36m" : "") << "== " << name << (colour ? "\033[0m" : "") << '\n'
              << std::flush;
}

std::string table(const std::vector<std::string>& names, const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::vector<std::string>> lines{names};
    for (const auto& row : rows) {
        lines.emplace_back();
        for (const auto& cell : row)
            lines.back().push_back(printable(cell));
    }
    std::vector<std::size_t> widths(names.size());
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], width(line[i]));
    }
    std::string out;
    for (const auto& line : lines) {
        std::string text;
        for (std::size_t i = 0; i < line.size(); ++i)
            text += line[i] + std::string(widths[i] - width(line[i]) + 2, ' ');
        text.erase(text.find_last_not_of(' ') + 1);
        out += text + '\n';
    }
    return out;
}

std::string shell_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return out + "'";
}

std::string size_text(std::int64_t bytes) {
    constexpr std::array<const char*, 5> units{"bytes", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    while (bytes >= 10'240 && unit + 1 < units.size()) {
        bytes /= 1'024;
        ++unit;
    }
    return fmt::format("{} {}", bytes, units[unit]);
}

std::string duration_text(std::int64_t seconds) {
    if (seconds < 120) return fmt::format("{} s", seconds);
    if (seconds < 7'200) return fmt::format("{} min", seconds / 60);
    if (seconds < 172'800) return fmt::format("{} h", seconds / 3'600);
    return fmt::format("{} days", seconds / 86'400);
}

} // namespace cruddur::cli::ground
