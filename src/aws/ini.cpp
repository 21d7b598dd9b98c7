#include "aws/ini.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace cruddur::aws {
namespace {

// A comment begins a line, or follows a space; within a word # and ; are text, as in a secret key.
std::string without_comment(std::string_view line) {
    for (std::size_t at = 0; at < line.size(); ++at) {
        if ((line[at] == '#' || line[at] == ';') &&
            (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t')) {
            line = line.substr(0, at);
            break;
        }
    }
    return boost::trim_copy(std::string{line});
}

// "[ profile  name ]" as "profile name", or "" where it is no section's head.
std::string section_name(const std::string& line) {
    if (!line.starts_with('[') || !line.ends_with(']')) return {};
    const std::string inner = boost::trim_copy(line.substr(1, line.size() - 2));
    std::string name;
    for (const char c : inner) {
        const bool space = c == ' ' || c == '\t';
        if (!space)
            name += c;
        else if (!name.ends_with(' '))
            name += ' ';
    }
    return name;
}

} // namespace

std::string setting_of(const section* from, std::string_view name) {
    if (from == nullptr) return {};
    const auto found = from->find(name);
    return found == from->end() ? std::string{} : found->second;
}

result<sections> parse_ini(std::string_view text, std::string_view file) {
    sections all;
    section* now = nullptr;
    std::string parent;
    std::size_t number = 0;
    while (!text.empty()) {
        const std::string_view raw = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(raw.size() + 1, text.size()));
        ++number;
        const std::string line = without_comment(raw);
        if (line.empty()) continue;
        const bool indented = raw.front() == ' ' || raw.front() == '\t';
        if (const std::string name = section_name(line); !indented && !name.empty()) {
            now = &all[name];
            parent.clear();
            continue;
        }
        const std::size_t equals = line.find('=');
        if (now == nullptr || equals == std::string::npos || equals == 0) {
            return error{.kind = failure::configuration,
                         .message = fmt::format("{}:{} is neither [section] nor name = value", file, number),
                         .hint = "Correct that line; `aws configure` writes a right one."};
        }
        std::string name = boost::to_lower_copy(boost::trim_copy(line.substr(0, equals)));
        const std::string value = boost::trim_copy(line.substr(equals + 1));
        if (indented && !parent.empty())
            name = fmt::format("{}.{}", parent, name);
        else
            parent = value.empty() ? name : std::string{};
        (*now)[name] = value;
    }
    return all;
}

} // namespace cruddur::aws
