#include "cloud/events/event_input.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <vector>

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
namespace cruddur::cloud::events {

namespace {

namespace json = boost::json;

constexpr std::size_t paths_max = 100;

bool is_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

// The steps of "$.detail.items[0].name"; a number is a list's element.
std::vector<std::string> steps_of(std::string_view path) {
    const auto refuse = [&] {
        throw malformed_input{
            fmt::format("JSONPath {} is not valid: it is $ with .names and [numbers]", path)};
    };
    if (!path.starts_with('$')) refuse();
    std::vector<std::string> out;
    std::string_view left = path.substr(1);
    while (!left.empty()) {
        const bool is_index = left.front() == '[';
        if (!is_index && left.front() != '.') refuse();
        left.remove_prefix(1);
        const auto end = static_cast<std::size_t>(std::ranges::find_if_not(left, is_name) - left.begin());
        if (end == 0 || (is_index && (end >= left.size() || left[end] != ']'))) refuse();
        out.push_back((is_index ? "[" : "") + std::string{left.substr(0, end)});
        left.remove_prefix(end + (is_index ? 1 : 0));
    }
    return out;
}

const json::value* find(const json::value& in, std::string_view path) {
    const json::value* at = &in;
    for (const std::string& step : steps_of(path)) {
        if (step.starts_with('[')) {
            std::size_t index = 0;
            std::from_chars(step.data() + 1, step.data() + step.size(), index);
            const json::array* const list = at->if_array();
            if (list == nullptr || index >= list->size()) return nullptr;
            at = &(*list)[index];
        } else {
            const json::object* const object = at->if_object();
            at = object == nullptr ? nullptr : object->if_contains(step);
            if (at == nullptr) return nullptr;
        }
    }
    return at;
}

json::object paths_in(const std::string& text) {
    return text.empty() ? json::object{} : json::parse(text).as_object();
}

// What stands for "<name>": a text without its quotes where it stands within others.
std::string value_for(std::string_view name, const json::object& paths, const json::value& event,
                      bool within_quotes) {
    std::optional<json::value> value;
    if (name == "aws.events.event.json" || name == "aws.events.event") value = event;
    if (const json::value* const path = paths.if_contains(name)) {
        if (const json::value* const found = find(event, path->as_string())) value = *found;
    }
    if (!value) return within_quotes ? "" : "null";
    std::string out = json::serialize(*value);
    if (within_quotes && value->is_string()) return out.substr(1, out.size() - 2);
    if (within_quotes) {
        out = json::serialize(json::value(out));
        return out.substr(1, out.size() - 2);
    }
    return out;
}

std::string filled_in(std::string_view written, const json::object& paths, const json::value& event) {
    std::string out;
    bool within_quotes = false;
    for (std::size_t at = 0; at < written.size(); ++at) {
        const char c = written[at];
        const auto close = c == '<' ? written.find('>', at) : std::string_view::npos;
        if (close != std::string_view::npos) {
            const std::string_view name = written.substr(at + 1, close - at - 1);
            if (name.starts_with("aws.events.") || paths.contains(name)) {
                out += value_for(name, paths, event, within_quotes);
                at = close;
                continue;
            }
        }
        if (c == '"' && (at == 0 || written[at - 1] != '\\')) within_quotes = !within_quotes;
        out += c;
    }
    return out;
}

} // namespace

std::string input_of(const target& of, const json::object& event) {
    if (!of.input.empty()) return of.input;
    const json::value whole(event); // in braces it would be a list
    if (!of.input_path.empty()) {
        const json::value* const found = find(whole, of.input_path);
        return found == nullptr ? "null" : json::serialize(*found);
    }
    if (!of.input_template.empty()) return filled_in(of.input_template, paths_in(of.paths), whole);
    return json::serialize(event);
}

void check_input(const target& of) {
    const int given = int{!of.input.empty()} + int{!of.input_path.empty()} + int{!of.input_template.empty()};
    if (given > 1)
        throw malformed_input{"Only one of Input, InputPath, or InputTransformer must be provided"};
    boost::system::error_code failed;
    if (!of.input.empty()) static_cast<void>(json::parse(of.input, failed));
    if (failed) throw malformed_input{"JSON syntax error in input"};
    if (!of.input_path.empty()) static_cast<void>(steps_of(of.input_path));
    const json::object paths = paths_in(of.paths);
    if (paths.size() > paths_max) throw malformed_input{"Too many InputPathsMap entries"};
    for (const auto& [name, path] : paths) {
        if (std::string_view{name}.starts_with("AWS") || !std::ranges::all_of(name, is_name))
            throw malformed_input{fmt::format("The name {} of a path is not valid", std::string_view{name})};
        static_cast<void>(steps_of(path.as_string()));
    }
}

} // namespace cruddur::cloud::events
