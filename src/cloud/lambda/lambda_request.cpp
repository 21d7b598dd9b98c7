#include "cloud/ec2/ec2_records.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/regions.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/lambda/function_pool.hpp"
#include "cloud/lambda/function_runtime.hpp"
#include "cloud/lambda/lambda.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::lambda {

namespace {

constexpr std::size_t environment_bytes_max = 4'096;
constexpr std::size_t tags_max = 50;

bool is_function_name(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    });
}

bool is_account(std::string_view text) {
    return text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool has_no_space(std::string_view text) {
    return !text.empty() && text.find_first_of(" \t\r\n\f\v") == std::string_view::npos;
}

// arn:aws:iam::ACCOUNT:role/NAME; the part between "arn:" and the next colon is a partition's.
bool is_role(std::string_view text) {
    if (!text.starts_with("arn:aws")) return false;
    const auto partition_end = text.find(':', 4);
    constexpr std::string_view service = ":iam::";
    constexpr std::string_view kind = ":role";
    if (partition_end == std::string_view::npos) return false;
    std::string_view rest = text.substr(partition_end);
    if (!rest.starts_with(service)) return false;
    rest.remove_prefix(service.size());
    if (!is_account(rest.substr(0, 12)) || !rest.substr(12).starts_with(kind)) return false;
    rest.remove_prefix(12 + kind.size());
    return !rest.empty() && std::ranges::all_of(rest, [](char c) {
        return is_function_name({&c, 1}) || std::string_view{"+=,.@/"}.find(c) != std::string_view::npos;
    });
}

bool is_action(std::string_view text) {
    if (text == "*" || text == "lambda:*") return true;
    constexpr std::string_view service = "lambda:";
    return text.starts_with(service) && text.size() > service.size() &&
           std::ranges::all_of(text.substr(service.size()),
                               [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

// arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE, of which region and account may be empty.
bool is_source(std::string_view text) {
    std::array<std::string_view, 5> parts;
    for (std::string_view& part : parts) {
        const auto end = text.find(':');
        if (end == std::string_view::npos) return false;
        part = text.substr(0, end);
        text.remove_prefix(end + 1);
    }
    return parts[0] == "arn" && parts[1].starts_with("aws") && !parts[2].empty() &&
           is_function_name(parts[2]) && parts[2].find('_') == std::string_view::npos &&
           (parts[3].empty() || ground::find_region(parts[3]) != nullptr) &&
           (parts[4].empty() || is_account(parts[4]));
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return c == '.' || is_function_name({&c, 1});
    });
}

bool is_version(std::string_view text) {
    return text == "$LATEST" ||
           (!text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }));
}

bool is_alias_name(std::string_view text) {
    return is_function_name(text) && !is_version(text);
}

bool is_layer_principal(std::string_view text) {
    constexpr std::string_view prefix = "arn:aws:iam::";
    return text == "*" || is_account(text) ||
           (text.starts_with(prefix) && text.ends_with(":root") &&
            is_account(text.substr(prefix.size(), 12)) && text.size() == prefix.size() + 12 + 5);
}

bool is_organization(std::string_view text) {
    return text.starts_with("o-") && std::ranges::all_of(text.substr(2), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
           });
}

constexpr text_pattern name_pattern{"[a-zA-Z0-9-_]+", is_function_name};
constexpr text_pattern handler_pattern{R"([^\s]+)", has_no_space};
constexpr text_pattern role_pattern{R"(arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+)",
                                    is_role};
constexpr text_pattern action_pattern{"(lambda:[*]|lambda:[a-zA-Z]+|[*])", is_action};
constexpr text_pattern source_pattern{
    R"(arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}(-gov)?-[a-z]+-\d{1})?:(\d{12})?:(.*))", is_source};
constexpr text_pattern account_pattern{R"(\d{12})", is_account};
constexpr text_pattern token_pattern{R"([a-zA-Z0-9._\-]+)", is_token};
constexpr text_pattern organization_pattern{"o-[a-z0-9]{10,32}", is_organization};
constexpr text_pattern qualifier_pattern{R"(\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+)", is_qualifier};
constexpr text_pattern layer_action_pattern{
    "lambda:GetLayerVersion", [](std::string_view text) { return text == "lambda:GetLayerVersion"; }};
constexpr text_pattern layer_principal_pattern{R"(\d{12}|\*|arn:(aws[a-zA-Z-]*):iam::\d{12}:root)",
                                               is_layer_principal};
constexpr text_pattern alias_pattern{"(?!^[0-9]+$)([a-zA-Z0-9-_]+)", is_alias_name};
constexpr text_pattern version_pattern{R"((\$LATEST|[0-9]+))", is_version};
constexpr text_pattern statement_pattern{"([a-zA-Z0-9-_]+)", is_function_name};
constexpr std::array<std::string_view, 1> log_formats{"Text"};
constexpr std::array<std::string_view, 1> package_types{"Zip"};
#if defined(__aarch64__)
constexpr std::array<std::string_view, 1> architectures{"arm64"};
#else
constexpr std::array<std::string_view, 1> architectures{"x86_64"};
#endif

constexpr auto limits = std::to_array<member_limit>({
    {.member = "CreateFunctionRequest.FunctionName", .min = 1, .max = 64, .pattern = &name_pattern},
    {.member = "Role", .pattern = &role_pattern},
    {.member = "Runtime", .any_value = true}, // check_runtime
    {.member = "Handler", .max = 128, .pattern = &handler_pattern},
    {.member = "Description", .max = 256},
    {.member = "Timeout", .min = 1, .max = 900},
    {.member = "MemorySize", .min = 128, .max = 10'240},
    {.member = "PackageType", .values = package_types},
    {.member = "Architectures", .min = 1, .max = 1},
    {.member = "Architectures[]", .values = architectures},
    {.member = "Size", .min = 512, .max = 10'240},
    {.member = "LogFormat", .values = log_formats},
    {.member = "SubnetIds", .max = 16},
    {.member = "SubnetIds[]", .min = 1},
    {.member = "SecurityGroupIds", .max = 5},
    {.member = "SecurityGroupIds[]", .min = 1},
    {.member = "StatementId", .min = 1, .max = 100, .pattern = &statement_pattern},
    {.member = "Action", .pattern = &action_pattern},
    {.member = "AddLayerVersionPermissionRequest.Action", .max = 22, .pattern = &layer_action_pattern},
    {.member = "AddLayerVersionPermissionRequest.Principal", .pattern = &layer_principal_pattern},
    {.member = "OrganizationId", .min = 12, .max = 34, .pattern = &organization_pattern},
    {.member = "CompatibleRuntimes", .max = 15},
    {.member = "CompatibleArchitectures", .max = 2},
    {.member = "LicenseInfo", .max = 512},
    {.member = "Name", .min = 1, .max = 128, .pattern = &alias_pattern},
    {.member = "CreateAliasRequest.FunctionVersion", .min = 1, .max = 1'024, .pattern = &version_pattern},
    {.member = "UpdateAliasRequest.FunctionVersion", .min = 1, .max = 1'024, .pattern = &version_pattern},
    {.member = "ListAliasesRequest.FunctionVersion", .min = 1, .max = 1'024, .pattern = &version_pattern},
    {.member = "ListLayersRequest.MaxItems", .min = 1, .max = 50},
    {.member = "ListLayerVersionsRequest.MaxItems", .min = 1, .max = 50},
    {.member = "Principal", .pattern = &handler_pattern},
    {.member = "SourceArn", .pattern = &source_pattern},
    {.member = "SourceAccount", .max = 12, .pattern = &account_pattern},
    {.member = "EventSourceToken", .max = 256, .pattern = &token_pattern},
    {.member = "PrincipalOrgID", .min = 12, .max = 34, .pattern = &organization_pattern},
    {.member = "ReservedConcurrentExecutions",
     .max = static_cast<std::int64_t>(function_pool::processes_max)},
    {.member = "MaxItems", .min = 1, .max = 10'000},
    {.member = "Qualifier", .min = 1, .max = 128, .pattern = &qualifier_pattern},
});

// Of the structures, what is served.
constexpr auto structures = std::to_array<served_structure>({
    {"AliasRoutingConfiguration", "AdditionalVersionWeights"},
    {"Environment", "Variables"},
    {"EphemeralStorage", "Size"},
    {"FunctionCode", "ZipFile S3Bucket S3Key S3ObjectVersion"},
    {"LayerVersionContentInput", "ZipFile S3Bucket S3Key S3ObjectVersion"},
    {"LoggingConfig", "LogFormat"},
    {"TracingConfig", "Mode"},
    {"VpcConfig", "SubnetIds SecurityGroupIds"},
});

void check_runtime(const json::object& input) {
    const auto wanted = optional_text(input, "Runtime");
    const std::span runtimes = runtime_names();
    if (!wanted || std::ranges::find(runtimes, *wanted) != runtimes.end()) return;
    throw invalid_parameter_value(
        fmt::format("Value {} at 'runtime' failed to satisfy constraint: Member must "
                    "satisfy enum value set: [{}] or be a valid ARN",
                    wanted->substr(0, 256), fmt::join(runtimes, ", ")));
}

void check_role(const json::object& input) {
    const auto given = optional_text(input, "Role");
    if (given && given->find(fmt::format(":iam::{}:", ground::account_id)) == std::string::npos)
        throw refusal{"AccessDeniedException", "Cross-account pass role is not allowed.", 403};
}

// Those of the endpoint lead a function's own calls here.
bool is_reserved(std::string_view variable) {
    constexpr std::array others{"_HANDLER", "_X_AMZN_TRACE_ID", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT"};
    if (std::ranges::find(others, variable) != others.end()) return true;
    return variable.starts_with("AWS_") && !variable.starts_with("AWS_ENDPOINT_URL");
}

json::array list_of(const json::object* in, std::string_view name) {
    const json::array* found = in == nullptr ? nullptr : find_list(*in, name);
    return found == nullptr ? json::array{} : *found;
}

} // namespace

std::span<const member_limit> lambda_limits() {
    return limits;
}

std::span<const served_structure> lambda_structures() {
    return structures;
}

void check_settings(const json::object& input) {
    check_runtime(input);
    check_role(input);
}

// Its groups and subnets, and an address of the first subnet.
std::string vpc_of(const call& in, const json::object* wanted) {
    const json::array groups = list_of(wanted, "SecurityGroupIds");
    const json::array subnets = list_of(wanted, "SubnetIds");
    if (subnets.empty() != groups.empty())
        throw invalid_parameter_value(
            "A VPC configuration needs both SubnetIds and SecurityGroupIds, or neither.");
    std::string id;
    std::string address;
    for (const auto& one : subnets) {
        const auto found = ec2::subnet_by_id(in.db, in.region, std::string{one.as_string()});
        if (!found)
            throw invalid_parameter_value(
                fmt::format("The subnet ID '{}' does not exist", one.as_string().c_str()));
        if (!id.empty() && id != found->vpc_id)
            throw invalid_parameter_value("The subnets must be of one VPC.");
        id = found->vpc_id;
        if (address.empty()) address = function_address(*found);
    }
    for (const auto& one : groups) {
        const auto found = ec2::group_by_id(in.db, in.region, std::string{one.as_string()});
        if (!found || found->vpc_id != id) {
            throw invalid_parameter_value(fmt::format(
                "The security group '{}' does not exist in the VPC '{}'", one.as_string().c_str(), id));
        }
    }
    return json::serialize(json::object{
        {"SubnetIds", subnets}, {"SecurityGroupIds", groups}, {"VpcId", id}, {"Address", address}});
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
        if (is_reserved(key)) {
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

std::optional<std::int64_t> storage_of(const json::object& input) {
    const auto* wanted = find_object(input, "EphemeralStorage");
    return wanted == nullptr ? std::nullopt : optional_integer(*wanted, "Size");
}

std::optional<std::string> tracing_of(const json::object& input) {
    const auto* wanted = find_object(input, "TracingConfig");
    return wanted == nullptr ? std::nullopt : optional_text(*wanted, "Mode");
}

std::string zip_of(const json::object* code) {
    constexpr std::array in_s3{"S3Bucket", "S3Key", "S3ObjectVersion"};
    const bool has_zip = code != nullptr && code->contains("ZipFile");
    const bool is_in_s3 =
        code != nullptr && std::ranges::any_of(in_s3, [&](const char* name) { return code->contains(name); });
    if (has_zip && is_in_s3)
        throw invalid_parameter_value(
            "Please do not provide other FunctionCode parameters when providing a ZipFile.");
    if (is_in_s3) {
        throw invalid_parameter_value(fmt::format(
            "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: There is no "
            "S3 here. Bring the zip to this machine (aws s3 cp s3://{}/{} code.zip) and give it as it "
            "is: --zip-file fileb://code.zip",
            text_of(*code, "S3Bucket"), text_of(*code, "S3Key")));
    }
    if (!has_zip) throw invalid_parameter_value("Please provide the code as its zip file: ZipFile.");
    return text_of(*code, "ZipFile");
}

} // namespace cruddur::cloud::lambda
