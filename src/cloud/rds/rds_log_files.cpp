#include "cloud/rds/log_exports.hpp"
#include "cloud/rds/rds_logs.hpp"
#include "cloud/rds/rds_records.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace cruddur::cloud::rds {

namespace {

constexpr const char* exports_attribute = "log-exports";
constexpr std::array<std::string_view, 2> exportable = {"postgresql", "upgrade"};
constexpr std::size_t portion_bytes_max = 1024UL * 1024;
constexpr std::int64_t lines_default = 10'000;

std::vector<std::string> exports_of(const call& in, const db_instance& of) {
    const std::string kept = attribute_of(in.db, of.resource_id, exports_attribute);
    std::vector<std::string> out;
    if (!kept.empty()) boost::split(out, kept, boost::is_any_of(" "));
    return out;
}

void check_types(const std::vector<std::string>& asked) {
    for (const std::string& each : asked) {
        if (std::ranges::find(exportable, each) != exportable.end()) continue;
        throw refusal{"InvalidParameterCombination",
                      fmt::format("You cannot use the log types '{}' with engine version postgres. For "
                                  "supported log types, see the documentation: {}.",
                                  each, fmt::join(exportable, ", "))};
    }
}

void keep(const call& in, const db_instance& of, std::vector<std::string> types) {
    std::ranges::sort(types);
    const auto twice = std::ranges::unique(types);
    types.erase(twice.begin(), twice.end());
    put_attribute(in.db, of.resource_id, exports_attribute, fmt::format("{}", fmt::join(types, " ")));
}

log_file asked_file(const call& in, const db_instance& of) {
    const std::string name = text_of(in.input, "LogFileName");
    for (log_file& each : log_files_in(in.env.part<instances>().log_folder(of))) {
        if (each.name == name) return std::move(each);
    }
    throw refusal{"DBLogFileNotFoundFault",
                  fmt::format("DBLog File: {}, is not found on the DB instance", name)};
}

// The place at which that many last lines begin.
std::size_t begin_of_last_lines(std::string_view text, std::int64_t lines) {
    std::size_t at = text.ends_with('\n') ? text.size() - 1 : text.size();
    for (; lines > 0 && at != std::string_view::npos; --lines)
        at = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    return at == std::string_view::npos ? 0 : at + 1;
}

std::size_t end_of_lines(std::string_view text, std::int64_t lines) {
    std::size_t end = 0;
    for (; lines > 0 && end < text.size(); --lines) {
        const std::size_t found = text.find('\n', end);
        if (found == std::string_view::npos) return text.size();
        end = found + 1;
    }
    return end;
}

// A marker is the place in the file from which on it is to be read.
std::int64_t place_of(const std::string& marker) {
    std::int64_t out = 0;
    const auto [end, failed] = std::from_chars(marker.data(), marker.data() + marker.size(), out);
    if (failed == std::errc{} && end == marker.data() + marker.size() && out >= 0) return out;
    throw refusal{"InvalidParameterValue", fmt::format("Invalid marker: {}", marker)};
}

} // namespace

void begin_log_exports(const call& in, const db_instance& made) {
    const auto asked = texts_of(in.input, "EnableCloudwatchLogsExports");
    check_types(asked);
    if (!asked.empty()) keep(in, made, asked);
}

void change_log_exports(const call& in, const db_instance& of) {
    const auto* const sent = wire::find_object(in.input, "CloudwatchLogsExportConfiguration");
    if (sent == nullptr) return;
    const auto enabled = texts_of(*sent, "EnableLogTypes");
    const auto disabled = texts_of(*sent, "DisableLogTypes");
    check_types(enabled);
    check_types(disabled);
    auto types = exports_of(in, of);
    types.insert(types.end(), enabled.begin(), enabled.end());
    std::erase_if(
        types, [&](const std::string& each) { return std::ranges::find(disabled, each) != disabled.end(); });
    keep(in, of, std::move(types));
}

json::array describe_log_exports(const call& in, const db_instance& of) {
    json::array out;
    for (const std::string& each : exports_of(in, of))
        out.emplace_back(each);
    return out;
}

json::object describe_db_log_files(const call& in) {
    check_filters(in, {});
    const db_instance of = find_instance(in, text_of(in.input, "DBInstanceIdentifier"));
    const auto part = text_of(in.input, "FilenameContains");
    const std::int64_t since = optional_integer(in.input, "FileLastWritten").value_or(0);
    const std::int64_t size = optional_integer(in.input, "FileSize").value_or(0);
    auto found = log_files_in(in.env.part<instances>().log_folder(of));
    std::erase_if(found, [&](const log_file& each) {
        return each.name.find(part) == std::string::npos || each.written_at_ms < since || each.bytes < size;
    });
    return wire::listed(
        "DescribeDBLogFiles", found, wire::page_by_marker(in.input, found.size()),
        [](const log_file& each) -> json::object {
            return {{"LogFileName", each.name}, {"LastWritten", each.written_at_ms}, {"Size", each.bytes}};
        });
}

json::object download_db_log_file_portion(const call& in) {
    const db_instance of = find_instance(in, text_of(in.input, "DBInstanceIdentifier"));
    const log_file file = asked_file(in, of);
    const auto marker = optional_text(in.input, "Marker");
    const std::int64_t lines = optional_integer(in.input, "NumberOfLines").value_or(lines_default);
    if (lines < 1) {
        throw refusal{"InvalidParameterValue", fmt::format("Invalid number of lines: {}", lines)};
    }
    // Without a marker it is the end of the file that is asked for.
    const auto tail = std::max<std::int64_t>(0, file.bytes - static_cast<std::int64_t>(portion_bytes_max));
    std::int64_t from = marker ? place_of(*marker) : tail;
    std::string text = read_part(file.path, from, portion_bytes_max);
    if (marker) {
        text.resize(end_of_lines(text, lines));
    } else {
        const std::size_t begin = begin_of_last_lines(text, lines);
        from += static_cast<std::int64_t>(begin);
        text.erase(0, begin);
    }
    const std::int64_t end = from + static_cast<std::int64_t>(text.size());
    return {{"LogFileData", std::move(text)},
            {"Marker", std::to_string(end)},
            {"AdditionalDataPending", end < file.bytes}};
}

} // namespace cruddur::cloud::rds
