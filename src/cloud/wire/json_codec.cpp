// The JSON protocols: JSON 1.1, and REST-JSON, which has members in the path, the query and the fields as
// well.

#include "cloud/ground/crypto.hpp"
#include "cloud/wire/codec.hpp"
#include "http/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace cruddur::cloud::wire {

namespace {

namespace json = boost::json;

void drop_nulls(json::value& in) {
    if (auto* object = in.if_object()) {
        for (auto at = object->begin(); at != object->end();) {
            if (at->value().is_null()) {
                at = object->erase(at);
            } else {
                drop_nulls(at->value());
                ++at;
            }
        }
    } else if (auto* array = in.if_array()) {
        for (json::value& each : *array)
            drop_nulls(each);
    }
}

// The object that a body holds; an empty one is {}.
json::object parse_body(std::string_view body) {
    if (body.empty()) return {};
    boost::system::error_code failed;
    json::value value = json::parse(body, failed);
    if (failed || !value.is_object())
        throw ground::refusal{"SerializationException", "The body is no JSON object."};
    drop_nulls(value);
    return std::move(value.get_object());
}

// The place of a label among those of the path.
std::size_t label_index(std::string_view uri, std::string_view label) {
    const std::string_view before = uri.substr(0, uri.find(fmt::format("{{{}", label)));
    return static_cast<std::size_t>(std::ranges::count(before, '{'));
}

json::array query_values(std::string_view query, std::string_view name) {
    json::array out;
    while (!query.empty()) {
        std::string_view value = http::next_element(query, '&');
        if (http::next_element(value, '=') != name) continue;
        if (const auto text = http::percent_decode(value, true)) out.emplace_back(*text);
    }
    return out;
}

json::value value_of_text(const model_member& member, std::string text) {
    if (member.shape->is == model_shape::kind::boolean) return text == "true";
    if (member.shape->is != model_shape::kind::number) return json::value(text);
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size())
        throw ground::refusal{"SerializationException", fmt::format("{} is no number", member.name)};
    return number;
}

// What stands in that place of the request; nullopt where nothing does.
std::optional<json::value> value_at(const model_operation& to, const model_member& member,
                                    const http::request& from) {
    switch (member.in) {
    case model_member::place::label:
        return value_of_text(member, from.parameters.at(label_index(to.uri, member.wire)));
    case model_member::place::query: {
        json::array all = query_values(from.query, member.wire);
        if (all.empty()) return std::nullopt;
        if (member.shape->is == model_shape::kind::list) return all;
        return value_of_text(member, std::string{all.front().get_string()});
    }
    case model_member::place::header:
        if (const auto field = from.field(member.wire)) return value_of_text(member, std::string{*field});
        return std::nullopt;
    case model_member::place::payload:
        if (from.body.empty()) return std::nullopt;
        return json::value(from.body);
    default:
        return std::nullopt;
    }
}

json::object read_rest_input(const model_operation& to, const http::request& from) {
    const auto& members = to.input->members;
    const bool has_payload =
        std::ranges::find(members, model_member::place::payload, &model_member::in) != members.end();
    json::object out = has_payload ? json::object{} : parse_body(from.body);
    for (const model_member& each : members) {
        if (each.in == model_member::place::body) continue;
        if (out.contains(each.name))
            throw ground::refusal{"SerializationException",
                                  fmt::format("{} is none of the body's", each.name)};
        if (auto value = value_at(to, each, from)) out[each.name] = *std::move(value);
    }
    return out;
}

json::value json_written(const json::value& value, const model_shape& model, const answer_place& at);

json::object written_object(const json::object& value, const model_shape& model, const answer_place& at) {
    json::object out;
    out.reserve(value.size());
    for (const auto& [name, each] : value) {
        const answer_place inner{&at, name};
        const bool is_map = model.is == model_shape::kind::map;
        const model_member& member = is_map ? model.members.front() : answered_member(model, inner);
        out[is_map ? std::string_view{name} : member.wire] = json_written(each, *member.shape, inner);
    }
    return out;
}

json::value json_written(const json::value& value, const model_shape& model, const answer_place& at) {
    check_type(value, model, at);
    switch (model.is) {
    case model_shape::kind::structure:
    case model_shape::kind::map:
        return written_object(value.get_object(), model, at);
    case model_shape::kind::list: {
        json::array out;
        out.reserve(value.get_array().size());
        for (const json::value& each : value.get_array())
            out.push_back(json_written(each, *model.members.front().shape, at));
        return out;
    }
    case model_shape::kind::timestamp: { // seconds, and a fraction where there is one
        const std::int64_t at_ms = value.get_int64();
        if (at_ms % 1000 == 0) return at_ms / 1000;
        return static_cast<double>(at_ms) / 1000;
    }
    case model_shape::kind::blob:
        return json::value(ground::to_base64(value.get_string()));
    default:
        return value;
    }
}

} // namespace

json::object read_json_input(const service& of, const operation& row, const http::request& from) {
    json::object out = of.model.speaks == protocol::rest_json
                           ? read_rest_input(*of.model.find(row.name), from)
                           : parse_body(from.body);
    check_json_input(of, row, out);
    return out;
}

void write_json(const model_operation& to, const json::object& answer, endpoint_answer& out) {
    static constexpr model_shape nothing{.name = {}, .is = model_shape::kind::structure, .members = {}};
    out.content_type = "application/x-amz-json-1.1";
    out.body = json::serialize(
        written_object(answer, to.output == nullptr ? nothing : *to.output, {nullptr, to.name}));
}

void write_rest_json(const model_operation& to, const json::object& answer, endpoint_answer& out) {
    out.content_type = "application/json";
    out.status = to.status;
    if (to.output == nullptr) return;
    const answer_place top{nullptr, to.name};
    json::object body;
    bool has_payload = false;
    for (const model_member& each : to.output->members)
        has_payload = has_payload || each.in == model_member::place::payload;
    for (const auto& [name, value] : answer) {
        const answer_place at{&top, name};
        const model_member& member = answered_member(*to.output, at);
        check_type(value, *member.shape, at);
        switch (member.in) {
        case model_member::place::status:
            out.status = static_cast<unsigned>(value.get_int64());
            break;
        case model_member::place::header:
            out.fields.emplace_back(member.wire, value.get_string());
            break;
        case model_member::place::payload:
            out.body = value.get_string();
            break;
        default:
            body[member.wire] = json_written(value, *member.shape, at);
        }
    }
    if (!has_payload && out.status != 204) out.body = json::serialize(body);
}

} // namespace cruddur::cloud::wire
