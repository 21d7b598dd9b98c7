#include "cloud/crypto.hpp"
#include "cloud/function_pool.hpp"
#include "cloud/lambda.hpp"
#include "cloud/state.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud {

namespace {

namespace json = boost::json;
using type = json_shape::type;

constexpr std::size_t environment_bytes_max = 4'096;
constexpr std::size_t tags_max = 50;

bool is_function_name(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    });
}

constexpr text_pattern name_pattern{"[a-zA-Z0-9-_]+", is_function_name};
constexpr std::array<std::string_view, 2> runtimes{"provided.al2023", "provided.al2"};
constexpr std::array<std::string_view, 1> package_types{"Zip"};
#if defined(__aarch64__)
constexpr std::array<std::string_view, 1> architectures{"arm64"};
#else
constexpr std::array<std::string_view, 1> architectures{"x86_64"};
#endif

constexpr std::array text_element{json_shape{.name = "member", .min = 1}};
constexpr std::array architecture_element{json_shape{.name = "member", .values = architectures}};
constexpr std::array of_vpc{
    json_shape{.name = "SubnetIds", .is = type::list, .max = 16, .members = text_element},
    json_shape{.name = "SecurityGroupIds", .is = type::list, .max = 5, .members = text_element}};
constexpr std::array of_environment{json_shape{.name = "Variables", .is = type::map}};
constexpr std::array of_code{json_shape{.name = "ZipFile", .sensitive = true}};

constexpr json_shape runtime{.name = "Runtime", .values = runtimes};
constexpr json_shape role{.name = "Role", .min = 1};
constexpr json_shape handler{.name = "Handler", .max = 128};
constexpr json_shape description{.name = "Description", .max = 256};
constexpr json_shape timeout{.name = "Timeout", .is = type::integer, .min = 1, .max = 900};
constexpr json_shape memory{.name = "MemorySize", .is = type::integer, .min = 128, .max = 10'240};
constexpr json_shape environment{.name = "Environment", .is = type::structure, .members = of_environment};
constexpr json_shape vpc{.name = "VpcConfig", .is = type::structure, .members = of_vpc};
constexpr json_shape tags{.name = "Tags", .is = type::map};
constexpr json_shape architecture{
    .name = "Architectures", .is = type::list, .min = 1, .max = 1, .members = architecture_element};
constexpr json_shape publish{.name = "Publish", .is = type::boolean};

constexpr std::array create_members{
    json_shape{.name = "FunctionName", .required = true, .min = 1, .max = 64, .pattern = &name_pattern},
    json_shape{.name = "Runtime", .required = true, .values = runtimes},
    json_shape{.name = "Role", .required = true, .min = 1},
    json_shape{.name = "Code", .is = type::structure, .required = true, .members = of_code},
    json_shape{.name = "PackageType", .values = package_types},
    handler,
    description,
    timeout,
    memory,
    environment,
    vpc,
    tags,
    architecture,
    publish};
constexpr std::array configuration_members{runtime, role,   handler,     description,
                                           timeout, memory, environment, vpc};
constexpr std::array code_members{json_shape{.name = "ZipFile", .sensitive = true},
                                  json_shape{.name = "DryRun", .is = type::boolean}, architecture, publish};
constexpr std::array permission_members{
    json_shape{.name = "StatementId", .required = true, .min = 1, .max = 100},
    json_shape{.name = "Action", .required = true, .min = 1},
    json_shape{.name = "Principal", .required = true, .min = 1}, json_shape{.name = "SourceArn"},
    json_shape{.name = "SourceAccount", .min = 12, .max = 12}};
constexpr std::array concurrency_members{
    json_shape{.name = "ReservedConcurrentExecutions",
               .is = type::integer,
               .required = true,
               .min = 0,
               .max = static_cast<std::int64_t>(function_pool::processes_max)}};
constexpr std::array tags_members{json_shape{.name = "Tags", .is = type::map, .required = true}};

// What would change how a function runs, and does not here.
constexpr std::array<std::string_view, 7> not_here{"Layers",    "FileSystemConfigs", "DeadLetterConfig",
                                                   "KMSKeyArn", "ImageConfig",       "CodeSigningConfigArn",
                                                   "SnapStart"};

std::span<const json_shape> members_of(function_request what) {
    switch (what) {
    case function_request::create:
        return create_members;
    case function_request::configuration:
        return configuration_members;
    case function_request::code:
        return code_members;
    case function_request::permission:
        return permission_members;
    case function_request::concurrency:
        return concurrency_members;
    case function_request::tags:
        return tags_members;
    }
    return {};
}

bool is_empty(const json::value& given) {
    if (const auto* list = given.if_array()) return list->empty();
    if (const auto* members = given.if_object()) {
        return std::ranges::all_of(*members, [](const auto& one) { return is_empty(one.value()); });
    }
    const auto* text = given.if_string();
    return text != nullptr && (text->empty() || *text == "None");
}

json::array list_of(const json::object* in, std::string_view name) {
    const json::array* found = in == nullptr ? nullptr : find_list(*in, name);
    return found == nullptr ? json::array{} : *found;
}

} // namespace

json::object read_request(const web_call& in, function_request what) {
    static constexpr json_service service{"", "lambda", "", "InvalidParameterValueException", {}};
    json::object input = parse_json_input(in.from.body);
    check_shape(service, input, members_of(what));
    for (const std::string_view name : not_here) {
        if (const auto* given = input.if_contains(name); given != nullptr && !is_empty(*given))
            throw invalid_parameter_value(fmt::format("{} is not supported here", name));
    }
    if (optional_boolean(input, "Publish").value_or(false))
        throw invalid_parameter_value(
            "Publish is not supported here: a function has the version $LATEST alone");
    return input;
}

// Its groups and subnets, and an address of the first subnet.
std::string vpc_of(const web_call& in, const json::object* wanted) {
    const json::array groups = list_of(wanted, "SecurityGroupIds");
    const json::array subnets = list_of(wanted, "SubnetIds");
    if (subnets.empty() != groups.empty())
        throw invalid_parameter_value(
            "A VPC configuration needs both SubnetIds and SecurityGroupIds, or neither.");
    std::string id;
    std::string address;
    for (const auto& one : subnets) {
        rows found = in.db.query("select vpc_id, subnet.cidr from subnet join vpc on vpc.id = vpc_id "
                                 "where subnet.id = ? and region = ?",
                                 std::string{one.as_string()}, in.region);
        if (!found.next())
            throw invalid_parameter_value(
                fmt::format("The subnet ID '{}' does not exist", one.as_string().c_str()));
        if (!id.empty() && id != found.text(0))
            throw invalid_parameter_value("The subnets must be of one VPC.");
        id = found.text(0);
        const std::string cidr = found.text(1);
        if (address.empty()) address = cidr.substr(0, cidr.rfind('.')) + ".100";
    }
    for (const auto& one : groups) {
        rows found = in.db.query("select 1 from security_group where id = ? and vpc_id = ?",
                                 std::string{one.as_string()}, id);
        if (!found.next()) {
            throw invalid_parameter_value(fmt::format(
                "The security group '{}' does not exist in the VPC '{}'", one.as_string().c_str(), id));
        }
    }
    return json::serialize(json::object{
        {"SubnetIds", subnets}, {"SecurityGroupIds", groups}, {"VpcId", id}, {"Address", address}});
}

bool has_function_in_group(state& db, const std::string& group_id) {
    rows found = db.query("select 1 from function, json_each(function.vpc, '$.SecurityGroupIds') as member "
                          "where member.value = ? limit 1",
                          group_id);
    return found.next();
}

std::string environment_of(const json::object* wanted) {
    const auto* const variables = wanted == nullptr ? nullptr : find_object(*wanted, "Variables");
    if (variables == nullptr) return "{}";
    std::size_t bytes = 0;
    for (const auto& [name, value] : *variables) {
        const std::string_view key = name;
        if (key.empty() || key.find_first_of(std::string_view{"=\0", 2}) != std::string_view::npos ||
            value.as_string().find('\0') != json::string::npos)
            throw invalid_parameter_value("A variable has a name, without '=', and no NUL.");
        // Those of the endpoint lead a function's own calls here.
        if (key.starts_with("AWS_") && !key.starts_with("AWS_ENDPOINT_URL")) {
            throw invalid_parameter_value(fmt::format(
                "Lambda was unable to configure your environment variables because the environment "
                "variables you have provided contains reserved keys that are currently not supported "
                "for modification. Reserved keys used in this request: {}",
                key));
        }
        bytes += key.size() + value.as_string().size();
    }
    if (bytes > environment_bytes_max)
        throw invalid_parameter_value("Lambda was unable to configure your environment variables because the "
                                      "environment variables you have provided exceeded the 4KB limit.");
    return json::serialize(*variables);
}

std::string tags_of(const json::object* wanted) {
    if (wanted == nullptr) return "{}";
    if (wanted->size() > tags_max)
        throw invalid_parameter_value(fmt::format("A function can have {} tags at most", tags_max));
    for (const auto& [name, value] : *wanted) {
        const std::string_view key = name;
        if (key.empty() || key.size() > 128 || value.as_string().size() > 256 || key.starts_with("aws:"))
            throw invalid_parameter_value(fmt::format("The tag '{}' is malformed", key.substr(0, 128)));
    }
    return json::serialize(*wanted);
}

std::string zip_of(const json::object* code) {
    if (code == nullptr || !code->contains("ZipFile"))
        throw invalid_parameter_value("Here a function's code is given as its zip file: ZipFile.");
    auto zip = from_base64(text_of(*code, "ZipFile"));
    if (!zip) throw refusal{"SerializationException", "ZipFile is not base64"};
    return *std::move(zip);
}

} // namespace cruddur::cloud
