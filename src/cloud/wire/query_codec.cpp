// The query protocol and EC2's dialect of it: a form in, XML out.

#include "cloud/ground/crypto.hpp"
#include "cloud/wire/codec.hpp"
#include "cloud/wire/parameters.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>
#include <pugixml.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <sstream>

namespace cruddur::cloud::wire {

namespace {

namespace json = boost::json;

// Milliseconds of "2023-03-14T15:09:26Z", with or without a fraction.
std::int64_t time_of(const parameters& sent) {
    std::tm fields{};
    const std::string& text = sent.text();
    const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &fields);
    const std::string_view rest = end == nullptr ? "" : end;
    const bool fraction = rest.starts_with('.') && rest.ends_with('Z') &&
                          rest.find_first_not_of("0123456789", 1) == rest.size() - 1;
    if (rest != "Z" && !fraction) {
        throw ground::refusal{"InvalidParameterValue",
                              fmt::format("Invalid value '{}' for {}. It must be a time in UTC, such as "
                                          "2023-03-14T15:09:26Z.",
                                          text, sent.path())};
    }
    std::int64_t ms = 0;
    if (fraction) {
        const std::string digits = std::string{rest.substr(1, rest.size() - 2)} + "000";
        std::from_chars(digits.data(), digits.data() + 3, ms);
    }
    return static_cast<std::int64_t>(::timegm(&fields)) * 1000 + ms;
}

class form_reader {
public:
    explicit form_reader(const service& of)
        : is_ec2_{of.model.speaks == protocol::ec2}
        , takes_reals_{of.model.also_query} {}

    [[noreturn]] void refuse_member(const parameters& sent) const {
        if (is_ec2_)
            throw ground::refusal{"UnknownParameter",
                                  fmt::format("The parameter {} is not recognized", sent.path())};
        throw ground::refusal{
            "InvalidParameterCombination",
            fmt::format("The parameter {} is not supported by this operation.", sent.path())};
    }

    [[nodiscard]] const model_member& member(const parameters& sent, const model_shape& within) const {
        const auto found = std::ranges::find(within.members, sent.name(), &model_member::wire);
        if (found == within.members.end()) refuse_member(sent);
        return *found;
    }

    [[nodiscard]] json::value value(const parameters& sent, const model_shape& model) const {
        switch (model.is) {
        case model_shape::kind::number:
            return number(sent);
        case model_shape::kind::boolean:
            return sent.boolean();
        case model_shape::kind::timestamp:
            return time_of(sent);
        case model_shape::kind::list: {
            json::array out;
            for (const parameters* element : sent.elements())
                out.push_back(value(*element, *model.members.front().shape));
            return out;
        }
        case model_shape::kind::structure: {
            json::object out;
            for (const parameters& each : sent.members()) {
                const model_member& known = member(each, model);
                out[known.name] = value(each, *known.shape);
            }
            return out;
        }
        case model_shape::kind::map: // none is served
            refuse_member(sent);
        default:
            return json::value(sent.text());
        }
    }

private:
    // Whether a member may have a fraction is looked at where its limits are.
    [[nodiscard]] json::value number(const parameters& sent) const {
        const std::string& text = sent.text();
        const bool is_integer = text.find_first_not_of("-0123456789") == std::string::npos;
        if (!takes_reals_ || is_integer) return sent.integer();
        double value = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failed != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
            throw ground::refusal{
                "MalformedInput",
                fmt::format("Invalid value '{}' for {}. It must be a number.", text, sent.path())};
        }
        return value;
    }

    bool is_ec2_;
    bool takes_reals_;
};

parameters form_of(const http::request& from) {
    const bool in_query = from.method == http::verb::get || from.method == http::verb::head;
    return parameters::parse(in_query ? from.query : from.body);
}

void check_action_of(const service& of, const parameters& sent) {
    const auto text = [&](std::string_view name) {
        const parameters* const found = sent.find(name);
        return found == nullptr ? "" : found->text();
    };
    const std::string action = text("Action");
    const std::string version = text("Version");
    if (action.empty())
        throw ground::refusal{"MissingAction", "The request is missing an action or a required parameter"};
    if (version == of.model.version) return;
    if (of.model.speaks == protocol::ec2) {
        throw ground::refusal{
            "NoSuchVersion",
            fmt::format("The requested version ({}) of service {} does not exist", version, of.title)};
    }
    throw ground::refusal{"InvalidAction",
                          fmt::format("Could not find operation {} for version {}", action, version)};
}

std::string iso_time(std::int64_t at_ms) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(at_ms / 1000)),
                       at_ms % 1000);
}

void add_text(pugi::xml_node to, std::string_view name, const std::string& text) {
    to.append_child(std::string{name}.c_str()).text().set(text.c_str());
}

void write_structure(pugi::xml_node to, const json::object& value, const model_shape& model,
                     const answer_place& at);

void write_map(pugi::xml_node to, const json::object& value, const model_shape& model,
               const answer_place& at);

void write_value(pugi::xml_node to, std::string_view name, const json::value& value, const model_shape& model,
                 const answer_place& at) {
    check_type(value, model, at);
    switch (model.is) {
    case model_shape::kind::structure:
        return write_structure(to.append_child(std::string{name}.c_str()), value.get_object(), model, at);
    case model_shape::kind::list: {
        const model_member& element = model.members.front();
        const pugi::xml_node list = to.append_child(std::string{name}.c_str());
        for (const json::value& each : value.get_array())
            write_value(list, element.xml, each, *element.shape, at);
        return;
    }
    case model_shape::kind::boolean:
        return add_text(to, name, value.get_bool() ? "true" : "false");
    case model_shape::kind::timestamp:
        return add_text(to, name, iso_time(value.get_int64()));
    case model_shape::kind::number:
        return add_text(to, name,
                        value.is_double() ? fmt::format("{}", value.get_double()) : json::serialize(value));
    case model_shape::kind::map:
        return write_map(to.append_child(std::string{name}.c_str()), value.get_object(), model, at);
    case model_shape::kind::text:
        return add_text(to, name, std::string{value.get_string()});
    case model_shape::kind::blob:
        return add_text(to, name, ground::to_base64(value.get_string()));
    default: // no service of this protocol answers with one
        throw answer_error{
            fmt::format("{} of the answer is of a kind that XML is not written of", at.path())};
    }
}

void write_structure(pugi::xml_node to, const json::object& value, const model_shape& model,
                     const answer_place& at) {
    for (const auto& [name, each] : value) {
        const answer_place inner{&at, name};
        const model_member& member = answered_member(model, inner);
        if (!member.flattened) {
            write_value(to, member.xml, each, *member.shape, inner);
            continue;
        }
        check_type(each, *member.shape, inner);
        for (const json::value& element : each.get_array())
            write_value(to, member.xml, element, *member.shape->members.front().shape, inner);
    }
}

void write_map(pugi::xml_node to, const json::object& value, const model_shape& model,
               const answer_place& at) {
    for (const auto& [key, each] : value) {
        const pugi::xml_node entry = to.append_child("entry");
        add_text(entry, "key", std::string{key});
        write_value(entry, "value", each, *model.members.front().shape, {&at, key});
    }
}

// EC2's reference shows "return" in the answer of whatever changes something; its model has it of some alone.
bool returns_true(const model_operation& to) {
    if (to.name.starts_with("Describe")) return false;
    return to.output == nullptr ||
           std::ranges::find(to.output->members, "Return", &model_member::name) == to.output->members.end();
}

} // namespace

void check_action(const service& of, const http::request& from) {
    check_action_of(of, form_of(from));
}

json::object read_query_input(const service& of, const operation& row, const http::request& from) {
    const parameters sent = form_of(from);
    check_action_of(of, sent);
    const model_shape& model = *of.model.find(row.name)->input;
    for (const model_member& each : model.members) {
        if (each.required && is_word_of(each.name, row.members) && sent.find(each.wire) == nullptr) {
            throw ground::refusal{"MissingParameter",
                                  fmt::format("The request must contain the parameter {}", each.wire)};
        }
    }
    const form_reader reader{of};
    json::object out;
    for (const parameters& each : sent.members()) {
        if (each.name() == "Action" || each.name() == "Version" || each.name().starts_with("X-Amz-"))
            continue;
        const model_member& known = reader.member(each, model);
        const bool is_dry_run = of.model.speaks == protocol::ec2 && known.name == "DryRun";
        if (!is_dry_run && !is_word_of(known.name, row.members)) reader.refuse_member(each);
        out[known.name] = reader.value(each, *known.shape);
    }
    return out;
}

std::string write_xml(const service& of, const model_operation& to, const json::object& answer,
                      std::string_view request_id) {
    pugi::xml_document document;
    pugi::xml_node response = document.append_child(fmt::format("{}Response", to.name).c_str());
    response.append_attribute("xmlns").set_value(std::string{of.xmlns}.c_str());
    pugi::xml_node result = response;
    if (of.model.speaks == protocol::ec2) {
        add_text(response, "requestId", std::string{request_id});
        if (returns_true(to)) add_text(response, "return", "true");
    } else {
        result = response.append_child(fmt::format("{}Result", to.name).c_str());
        add_text(response.append_child("ResponseMetadata"), "RequestId", std::string{request_id});
    }
    if (to.output != nullptr) write_structure(result, answer, *to.output, {nullptr, to.name});
    std::ostringstream out;
    document.save(out, "", pugi::format_raw);
    return std::move(out).str();
}

} // namespace cruddur::cloud::wire
