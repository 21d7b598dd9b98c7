#include "cloud/wire/call_protocol.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>
#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <utility>

namespace cruddur::cloud::wire {

namespace {

constexpr std::size_t name_bytes_max = 128;

// The services of REST-XML; beside those of the tables, every other one speaks REST-JSON where it has paths.
constexpr std::array<std::string_view, 5> rest_xml_scopes = {"s3", "s3express", "s3-outposts", "cloudfront",
                                                             "route53"};

std::string_view field(const signed_request& request, std::string_view name) {
    for (const auto& [key, value] : request.fields) {
        if (boost::iequals(key, name)) return value;
    }
    return {};
}

std::string printable(std::string_view text) {
    std::string out{text.substr(0, name_bytes_max)};
    std::ranges::replace_if(
        out, [](char c) { return c <= ' ' || c > '~'; }, '_');
    return out;
}

// The value of a form's parameter as it was sent, good enough for a name.
std::string_view form_value(std::string_view form, std::string_view name) {
    while (!form.empty()) {
        std::string_view pair = form.substr(0, form.find('&'));
        form.remove_prefix(std::min(form.size(), pair.size() + 1));
        if (!pair.starts_with(name) || pair.substr(name.size(), 1) != "=") continue;
        pair.remove_prefix(name.size() + 1);
        return pair;
    }
    return {};
}

std::string service_of(const signed_request& request) {
    try {
        const auto whose = credential_of(request);
        return whose ? printable(whose->service) : "";
    } catch (const refusal&) {
        return "";
    }
}

const service* known_query_service(service_list services, std::string_view scope, std::string_view version) {
    for (const service_tables& each : services) {
        if (each.operations == nullptr) continue;
        const service_model& model = each.operations->model;
        if (!is_query(model.speaks) && !model.also_query) continue;
        if (scope.empty() ? version == model.version : scope == model.service) return each.operations;
    }
    return nullptr;
}

// REST-JSON names its operations by their paths, which no two services share: one that is here is meant
// whatever the signature's scope, which then is a wrong one.
void read_path(asked_operation& asked, const signed_request& request, service_list services) {
    asked.speaks = protocol::rest_json;
    for (const service_tables& each : services) {
        if (each.operations == nullptr) continue;
        const service_model& model = each.operations->model;
        const model_operation* const found = model.find(request.method, request.path, request.query);
        if (found == nullptr) continue;
        const operation* const row = each.operations->find(found->name);
        if (row == nullptr && !asked.service.empty() && asked.service != model.service) continue;
        asked.name = found->name;
        asked.row = row;
        asked.here = each.operations;
        asked.service = model.service;
    }
}

void read_target(asked_operation& asked, std::string_view target, const signed_request& request,
                 service_list services) {
    asked.speaks = protocol::json;
    if (field(request, "Content-Type").starts_with("application/x-amz-json-1.0")) asked.json_version = "1.0";
    const std::size_t point = std::min(target.rfind('.'), target.size());
    asked.name = printable(target.substr(std::min(point + 1, target.size())));
    target = target.substr(0, point);
    // Some clients write a service's name with its package's:
    // "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101".
    target = target.substr(target.rfind('.') + 1);
    for (const service_tables& each : services) {
        if (each.operations == nullptr || target.empty() || each.operations->model.target != target) continue;
        if (!each.operations->model.also_query) asked.json_version = "1.1";
        asked.here = each.operations;
        asked.row = asked.here->find(asked.name);
        if (asked.service.empty()) asked.service = asked.here->model.service;
    }
    if (asked.service.empty()) asked.service = printable(target);
}

// "/service/GraniteServiceVersion20100801/operation/ListMetrics"
void read_cbor(asked_operation& asked, std::string_view path) {
    asked.speaks = protocol::cbor;
    constexpr std::string_view before = "/operation/";
    if (const auto at = path.find(before); at != std::string_view::npos)
        asked.name = printable(path.substr(at + before.size()));
}

bool is_form(const signed_request& request) {
    return boost::istarts_with(field(request, "Content-Type"), "application/x-www-form-urlencoded");
}

// The query protocol has one path, and mostly an Action.
bool read_query(asked_operation& asked, const signed_request& request, service_list services) {
    if (request.path != "/") return false;
    std::string_view form = request.query;
    if (form_value(form, "Action").empty()) form = request.body;
    const std::string_view action = form_value(form, "Action");
    const service* const known = known_query_service(services, asked.service, form_value(form, "Version"));
    const bool is_query = !action.empty() || known != nullptr || is_form(request) || asked.service.empty();
    if (!is_query) return false;
    if (!action.empty()) asked.name = printable(action);
    if (known != nullptr) {
        asked.service = known->model.service;
        asked.speaks = known->model.also_query ? protocol::query : known->model.speaks;
        asked.row = known->find(asked.name);
    }
    return true;
}

bool is_json_like(protocol speaks) {
    return speaks == protocol::json || speaks == protocol::rest_json || speaks == protocol::cbor;
}

// The JSON protocols name their errors as exceptions.
std::string code_in(const asked_operation& asked, std::string code) {
    return is_json_like(asked.speaks) ? std::move(code) + "Exception" : code;
}

void add(pugi::xml_node to, const char* name, const std::string& text) {
    to.append_child(name).text().set(text.c_str());
}

std::string written(const pugi::xml_document& document) {
    std::ostringstream out;
    document.save(out, "", pugi::format_raw);
    return std::move(out).str();
}

std::string ec2_document(const refusal& why, const std::string& request_id) {
    pugi::xml_document document;
    pugi::xml_node response = document.append_child("Response");
    const pugi::xml_node error = response.append_child("Errors").append_child("Error");
    add(error, "Code", why.code());
    add(error, "Message", why.message());
    add(response, "RequestID", request_id);
    return written(document);
}

std::string query_document(std::string_view xmlns, const refusal& why, const std::string& request_id) {
    pugi::xml_document document;
    pugi::xml_node response = document.append_child("ErrorResponse");
    if (!xmlns.empty()) response.append_attribute("xmlns").set_value(std::string{xmlns}.c_str());
    const pugi::xml_node error = response.append_child("Error");
    add(error, "Type", why.status() < 500 ? "Sender" : "Receiver");
    add(error, "Code", why.code());
    add(error, "Message", why.message());
    add(response, "RequestId", request_id);
    return written(document);
}

std::string s3_document(const refusal& why, const std::string& request_id) {
    pugi::xml_document document;
    const pugi::xml_node error = document.append_child("Error");
    add(error, "Code", why.code());
    add(error, "Message", why.message());
    add(error, "RequestId", request_id);
    return written(document);
}

// RFC 8949: a text's head is its length behind the major type 3, in as few bytes as hold it.
void append_cbor(std::string& to, std::string_view text) {
    const std::size_t size = std::min<std::size_t>(text.size(), 0xFFFF);
    if (size < 24) {
        to += static_cast<char>(0x60 + size);
    } else {
        to += static_cast<char>(0x79);
        to += static_cast<char>(size >> 8U);
        to += static_cast<char>(size & 0xFFU);
    }
    to += text.substr(0, size);
}

std::string cbor_document(const refusal& why) {
    std::string out = "\xA2"; // a map of two
    append_cbor(out, "__type");
    append_cbor(out, why.code());
    append_cbor(out, "message");
    append_cbor(out, why.message());
    return out;
}

// Of a service that has both protocols, JSON calls an error by its name, and its query code is beside it.
void name_by_both_codes(const service_model& model, const refusal& why, endpoint_answer& out) {
    const auto found = std::ranges::find(model.errors, why.code(), &model_error::code);
    if (found != model.errors.end()) out.error_code = found->name;
    out.fields.emplace_back("x-amzn-query-error",
                            fmt::format("{};{}", why.code(), why.status() < 500 ? "Sender" : "Receiver"));
}

// JSON 1.1 answers all that its caller did with 400, whatever the model says.
unsigned status_of(const asked_operation& asked, const refusal& why) {
    if (asked.here == nullptr || asked.speaks == protocol::json) return why.status();
    const auto& known = asked.here->model.errors;
    const auto found = std::ranges::find(known, why.code(), &model_error::code);
    return found == known.end() ? why.status() : found->status;
}

} // namespace

asked_operation what_was_asked(const signed_request& request, service_list services) {
    asked_operation asked;
    asked.service = service_of(request);
    asked.name = printable(fmt::format("{} {}", request.method, request.path));
    asked.name.replace(std::min(request.method.size(), asked.name.size()), 1, " ");
    if (const auto target = field(request, "X-Amz-Target"); !target.empty()) {
        read_target(asked, target, request, services);
    } else if (field(request, "smithy-protocol") == "rpc-v2-cbor") {
        read_cbor(asked, request.path);
    } else if (std::ranges::find(rest_xml_scopes, asked.service) != rest_xml_scopes.end()) {
        asked.speaks = protocol::rest_xml;
    } else if (!read_query(asked, request, services)) {
        read_path(asked, request, services);
    }
    for (const service_tables& each : services) {
        if (asked.here == nullptr && each.operations != nullptr &&
            each.operations->model.service == asked.service)
            asked.here = each.operations;
    }
    return asked;
}

signed_request to_sign(const http::request& from) {
    return {boost::beast::http::to_string(from.method), from.path, from.query, from.body, from.fields};
}

endpoint_answer error_answer(const asked_operation& asked, const refusal& refused, std::string request_id) {
    const refusal why{refused.code(), refused.message(), status_of(asked, refused)};
    const std::string_view xmlns = asked.here == nullptr ? "" : asked.here->xmlns;
    endpoint_answer out{why.status(), "text/xml;charset=UTF-8", "", std::move(request_id), why.code()};
    switch (asked.speaks) {
    case protocol::query:
        out.body = query_document(xmlns, why, out.request_id);
        break;
    case protocol::ec2:
        out.body = ec2_document(why, out.request_id);
        break;
    case protocol::rest_xml:
        out.content_type = "application/xml";
        out.body = asked.service.starts_with("s3") ? s3_document(why, out.request_id)
                                                   : query_document(xmlns, why, out.request_id);
        break;
    case protocol::json:
        out.content_type = fmt::format("application/x-amz-json-{}", asked.json_version);
        if (asked.here != nullptr && asked.here->model.also_query)
            name_by_both_codes(asked.here->model, why, out);
        out.body = boost::json::serialize(
            boost::json::object{{"__type", out.error_code}, {"message", why.message()}});
        break;
    case protocol::rest_json:
        out.content_type = "application/json";
        out.body = boost::json::serialize(boost::json::object{
            {"Type", why.status() < 500 ? "User" : "Service"}, {"Message", why.message()}});
        break;
    case protocol::cbor:
        out.content_type = "application/cbor";
        out.body = cbor_document(why);
        break;
    }
    return out;
}

refusal missing_operation(const asked_operation& asked) {
    const std::string why =
        asked.service.empty() ? fmt::format("Local AWS does not have the operation {}.", asked.name)
        : asked.here != nullptr && asked.here->model.find(asked.name) == nullptr
            ? fmt::format("AWS has no operation {} of {}, nor does local AWS.", asked.name, asked.service)
        : asked.here != nullptr
            ? fmt::format("Local AWS does not have the operation {} of {}.", asked.name, asked.service)
            : fmt::format("Local AWS does not have the service {}, and so not its operation {}.",
                          asked.service, asked.name);
    switch (asked.speaks) {
    case protocol::query:
    case protocol::ec2:
        return {"InvalidAction", why};
    case protocol::rest_xml:
        return {"MethodNotAllowed", why, 405};
    case protocol::rest_json:
        return {"UnknownOperationException", why, 404};
    case protocol::json:
    case protocol::cbor:
        break;
    }
    return {"UnknownOperationException", why};
}

refusal access_denied(const asked_operation& asked, std::string why) {
    return {code_in(asked, "AccessDenied"), std::move(why), 403};
}

refusal unsupported_media_type(const asked_operation& asked) {
    const bool is_query = asked.speaks == protocol::query || asked.speaks == protocol::ec2;
    return {code_in(asked, "UnsupportedMediaType"),
            fmt::format("A page's form could have sent this Content-Type to local AWS. Send {}.",
                        is_query ? "application/x-www-form-urlencoded"
                        : asked.speaks == protocol::json
                            ? fmt::format("application/x-amz-json-{}", asked.json_version)
                            : "application/json, or none"),
            415};
}

refusal http_refusal(const asked_operation& asked, unsigned status) {
    switch (status) {
    case 413:
        return {code_in(asked, "RequestEntityTooLarge"), "The request's body is larger than local AWS takes.",
                413};
    case 408:
        return {code_in(asked, "RequestTimeout"), "The request did not come to its end in time.", 408};
    case 500:
        return {"InternalFailure",
                "The request processing has failed because of an unknown error, exception or failure.", 500};
    case 503:
        return {code_in(asked, "ServiceUnavailable"), "Local AWS has too much to do. Try again in a second.",
                503};
    default:
        return {code_in(asked, "MalformedHttpRequest"),
                "Local AWS cannot read the request: its HTTP is malformed, or its header too large.", status};
    }
}

} // namespace cruddur::cloud::wire
