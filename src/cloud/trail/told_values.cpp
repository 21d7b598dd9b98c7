#include "cloud/trail/call_event.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/array.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace cruddur::cloud::trail {

namespace {

namespace json = boost::json;
using wire::model_member;
using wire::model_shape;

// How a service's events have what is hidden; those that are not here leave it out.
std::string_view mask_of(std::string_view service) {
    if (service == "rds") return "****";
    if (service == "cognito-idp") return "HIDDEN_DUE_TO_SECURITY_REASONS";
    return {};
}

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> ends) {
    return std::ranges::any_of(ends, [&](std::string_view end) { return name.ends_with(end); });
}

// Whether what is called so is a secret, where it is a text or holds texts.
bool is_secret_name(std::string_view service, std::string_view given) {
    std::string name{given};
    boost::to_lower(name);
    const auto has = [&](std::string_view part) { return name.find(part) != std::string::npos; };
    if (has("password") || has("plaintext") || has("privatekey")) return true;
    if (has("secret")) return !ends_with_any(name, {"id", "arn", "name", "status", "description", "stage"});
    if (has("token"))
        return !ends_with_any(name, {"nexttoken", "clientrequesttoken", "clienttoken", "sequencetoken"});
    if (service == "lambda") return name == "environment" || name == "payload";
    if (service == "cognito-idp") {
        return name == "authparameters" || name == "challengeresponses" || name == "challengeparameters" ||
               name == "confirmationcode" || name == "clientmetadata" || name == "session";
    }
    return false;
}

bool holds_texts(const json::value& value) {
    return value.is_string() || (value.is_object() && !value.get_object().empty());
}

// A client's id is sensitive to the model, and is in AWS's events.
bool is_hidden(std::string_view service, const model_member& member, const json::value& value) {
    const auto kind = member.shape->is;
    if (kind == model_shape::kind::blob) return true;
    if (service == "cognito-idp" && member.name == "ClientId") return false;
    if (member.sensitive) return true;
    const bool may_be = value.is_string() || kind == model_shape::kind::map ||
                        (service == "lambda" && member.name == "Environment");
    return may_be && is_secret_name(service, member.name);
}

std::string told_name(const model_member& member, bool is_ec2) {
    const auto is_lower = [](std::string_view text) {
        return !text.empty() && std::islower(static_cast<unsigned char>(text.front())) != 0;
    };
    if (is_ec2 && is_lower(member.xml)) return member.xml == "return" ? "_return" : std::string{member.xml};
    std::string out{member.name};
    if (!out.empty()) out.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(out.front())));
    return out;
}

class teller {
public:
    teller(std::string_view service, std::vector<std::string>& hidden)
        : service_{service}
        , is_ec2_{service == "ec2"}
        , hidden_{hidden} {}

    json::object members(const json::object& values, const model_shape& shape) {
        json::object out;
        for (const auto& [name, value] : values) {
            const std::string_view key{name};
            const auto found = std::ranges::find(shape.members, key, &model_member::name);
            if (found == shape.members.end()) continue;
            if (is_hidden(service_, *found, value))
                hide(told_name(*found, is_ec2_), value, out);
            else
                out[told_name(*found, is_ec2_)] = told(value, *found->shape);
        }
        return out;
    }

private:
    json::value told(const json::value& value, const model_shape& shape) {
        using enum model_shape::kind;
        if (shape.is == structure && value.is_object()) return members(value.get_object(), shape);
        if (shape.is == map && value.is_object()) return entries(value.get_object(), shape);
        if (shape.is == list && value.is_array()) return elements(value.get_array(), shape);
        if (shape.is == timestamp && value.is_int64()) {
            const std::time_t at = value.get_int64() / 1000;
            return json::string{fmt::format("{:%b %e, %Y, %I:%M:%S %p}", fmt::gmtime(at))};
        }
        if (shape.is == blob) return nullptr;
        return value;
    }

    json::object entries(const json::object& values, const model_shape& shape) {
        json::object out;
        for (const auto& [name, value] : values) {
            const std::string_view key{name};
            const model_member& element = shape.members.front();
            if (element.sensitive || (holds_texts(value) && is_secret_name(service_, key)))
                hide(std::string{key}, value, out);
            else
                out[key] = told(value, *element.shape);
        }
        return out;
    }

    json::value elements(const json::array& values, const model_shape& shape) {
        json::array out;
        const model_member& element = shape.members.front();
        for (const json::value& each : values) {
            if (element.sensitive || element.shape->is == model_shape::kind::blob) {
                keep(each);
                continue;
            }
            out.push_back(told(each, *element.shape));
        }
        if (!is_ec2_) return out;
        json::object items;
        if (!out.empty()) items["items"] = std::move(out);
        return items;
    }

    void hide(std::string name, const json::value& value, json::object& to) {
        keep(value);
        if (const auto mask = mask_of(service_); !mask.empty()) to[name] = mask;
    }

    void keep(const json::value& value) {
        if (value.is_string()) hidden_.emplace_back(value.get_string());
        if (value.is_object()) {
            for (const auto& [name, each] : value.get_object())
                keep(each);
        }
    }

    std::string_view service_;
    bool is_ec2_;
    std::vector<std::string>& hidden_;
};

} // namespace

json::object told_values(std::string_view service, const model_shape& shape, const json::object& values,
                         std::vector<std::string>& hidden) {
    return teller{service, hidden}.members(values, shape);
}

} // namespace cruddur::cloud::trail
