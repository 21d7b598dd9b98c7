#include "cloud/lambda/lambda.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/regions.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/lambda/function_layers.hpp"
#include "cloud/lambda/function_pool.hpp"
#include "cloud/lambda/function_versions.hpp"
#include "cloud/lambda/lambda_upload.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace cruddur::cloud::lambda {

namespace {

constexpr std::int64_t page_size = 50;
constexpr std::size_t upload_bytes_max = 70UL * 1024 * 1024; // a zip of 50 MiB, in base64
constexpr std::size_t invocation_bytes_max =
    8UL * 1024 * 1024; // an event beyond Lambda's limit is refused in its words
constexpr std::int64_t default_timeout_s = 3;
constexpr std::int64_t default_memory_mib = 128;
constexpr std::int64_t default_storage_mib = 512;
#if defined(__aarch64__)
constexpr std::string_view own_architecture = "arm64";
#else
constexpr std::string_view own_architecture = "x86_64";
#endif

constexpr std::string_view columns =
    "select arn, name, runtime, role, handler, description, timeout_s, "
    "memory_mib, environment, vpc, code_sha256, "
    "code_bytes, revision, modified, storage_mib, tracing, layers, version, number from function_at ";

// `qualifier`: in which its ARN then ends.
json::object configuration(const rows& of, const std::string& qualifier) {
    json::object out{{"FunctionName", of.text(1)},
                     {"FunctionArn", of.text(0) + (qualifier.empty() ? "" : ":" + qualifier)},
                     {"Runtime", of.text(2)},
                     {"Role", of.text(3)},
                     {"Handler", of.text(4)},
                     {"Description", of.text(5)},
                     {"Timeout", of.integer(6)},
                     {"MemorySize", of.integer(7)},
                     {"CodeSha256", base64_of_hex(of.text(10))},
                     {"CodeSize", of.integer(11)},
                     {"RevisionId", of.text(12)},
                     {"LastModified", of.text(13)},
                     {"Version", of.text(17)},
                     {"State", "Active"},
                     {"LastUpdateStatus", "Successful"},
                     {"PackageType", "Zip"},
                     {"Architectures", json::array{own_architecture}},
                     {"TracingConfig", {{"Mode", of.text(15)}}},
                     {"EphemeralStorage", {{"Size", of.integer(14)}}},
                     {"SnapStart", {{"ApplyOn", "None"}, {"OptimizationStatus", "Off"}}},
                     {"LoggingConfig", {{"LogFormat", "Text"}, {"LogGroup", "/aws/lambda/" + of.text(1)}}}};
    const json::value environment = json::parse(of.text(8));
    if (!environment.as_object().empty()) out["Environment"] = {{"Variables", environment}};
    json::value vpc = json::parse(of.text(9));
    vpc.as_object().erase("Address");
    if (!vpc.at("SecurityGroupIds").as_array().empty()) out["VpcConfig"] = vpc;
    if (const auto layers = parse_layers(of.text(16)); !layers.empty()) out["Layers"] = listed(layers);
    return out;
}

boost::asio::awaitable<json::object> create_function(const call& in) {
    const json::object& input = in.input;
    check_settings(input);
    if (!input.contains("Runtime") || !input.contains("Handler")) {
        throw invalid_parameter_value(
            "Runtime and Handler are mandatory parameters for functions created with "
            "deployment packages.");
    }
    const std::string name = text_of(input, "FunctionName");
    const std::string arn = arn_of(in, name);
    const std::string environment = environment_of(find_object(input, "Environment"));
    const std::string tags = tags_of(find_object(input, "Tags"));
    const uploaded_code code = co_await upload(in, find_object(input, "Code"));
    const std::vector<used_layer> layers = layers_of(in);
    co_await wire::offload(in.env, [&] { check_layers(in, layers, code.sha256()); });
    transaction whole{in.db};
    // Only now: while the code was kept, a group could have been deleted.
    const std::string vpc = vpc_of(in, find_object(input, "VpcConfig"));
    const auto made = in.db.run(
        "insert into function (arn, region, name, runtime, role, handler, description, timeout_s, "
        "memory_mib, "
        "environment, vpc, tags, code_sha256, code_bytes, revision, modified, storage_mib, tracing, layers) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        arn, in.region, name, text_of(input, "Runtime"), text_of(input, "Role"), text_of(input, "Handler"),
        text_of(input, "Description"), optional_integer(input, "Timeout").value_or(default_timeout_s),
        optional_integer(input, "MemorySize").value_or(default_memory_mib), environment, vpc, tags,
        code.sha256(), code.bytes(), ground::random_uuid(), modified(in),
        storage_of(input).value_or(default_storage_mib), tracing_of(input).value_or("PassThrough"),
        serialized(layers_of(in))); // one could have been deleted as well
    if (made == 0)
        throw refusal{"ResourceConflictException", fmt::format("Function already exist: {}", name)};
    function_name created{arn};
    if (is_true(input, "Publish")) created.qualifier = created.version = publish(in, arn, std::nullopt);
    whole.commit();
    co_return configuration_of(in, created);
}

json::object get_function(const call& in) {
    const function_name name = named_function(in);
    json::object out{{"Configuration", configuration_of(in, name)}};
    rows found = in.db.query(
        "select tags, concurrency, at.code_sha256 from function join function_at as at using (arn) "
        "where arn = ? and at.version = ?",
        name.arn, name.version);
    if (found.next()) {
        const json::value tags = json::parse(found.text(0));
        if (!tags.as_object().empty()) out["Tags"] = tags;
        if (!found.is_null(1)) out["Concurrency"] = {{"ReservedConcurrentExecutions", found.integer(1)}};
        out["Code"] = {{"RepositoryType", "S3"}, {"Location", link_to_code(in, found.text(2))}};
    }
    return out;
}

json::object get_function_configuration(const call& in) {
    return configuration_of(in, named_function(in));
}

// How a list is asked for. There are no replicas of functions, which a MasterRegion asks for.
void check_master_region(const call& in) {
    const auto region = optional_text(in.input, "MasterRegion");
    if (region && *region != "ALL" && ground::find_region(*region) == nullptr)
        throw invalid_parameter_value(fmt::format("MasterRegion '{}' is no region", *region));
    if (region && !in.input.contains("FunctionVersion"))
        throw invalid_parameter_value("FunctionVersion must be ALL where MasterRegion is given.");
}

json::object list_functions(const call& in) {
    check_master_region(in);
    return list_configurations(in, {.all_versions = in.input.contains("FunctionVersion"),
                                    .is_empty = in.input.contains("MasterRegion")});
}

json::object delete_function(const call& in) {
    const function_name name = existing_function(in);
    if (name.is_latest())
        throw invalid_parameter_value("$LATEST version cannot be deleted without deleting the function.");
    if (name.qualifier.empty()) {
        in.db.run("delete from function where arn = ?", name.arn);
    } else {
        delete_version(in, name);
    }
    in.after_commit([&pool = in.env.part<function_pool>(), name] {
        if (name.qualifier.empty()) {
            pool.forget_all(name.arn);
        } else {
            pool.forget(name.arn, name.version);
        }
        pool.drop_unused_code();
    });
    return {{"StatusCode", 204}};
}

function_name changed_function(const call& in) {
    const function_name name = existing_function(in);
    if (name.version != latest_version)
        throw invalid_parameter_value(
            "What was published does not change: $LATEST is updated, and published anew.");
    return name;
}

// What a change of its code or of its layers has to fit.
struct current_code {
    std::string sha256;
    std::vector<used_layer> layers;
};

current_code current_of(const call& in, const std::string& arn) {
    rows found = in.db.query("select code_sha256, layers from function where arn = ?", arn);
    if (!found.next()) throw function_not_found(arn);
    return {found.text(0), parse_layers(found.text(1))};
}

boost::asio::awaitable<json::object> update_function_code(const call& in) {
    const function_name name = changed_function(in);
    check_settings(in.input);
    const uploaded_code code = co_await upload(in, &in.input);
    const std::vector<used_layer> layers = current_of(in, name.arn).layers;
    co_await wire::offload(in.env, [&] { check_layers(in, layers, code.sha256()); });
    transaction whole{in.db};
    check_revision(in, name, optional_text(in.input, "RevisionId"), "GetFunction/GetAlias");
    if (is_true(in.input, "DryRun")) co_return configuration_of(in, name);
    in.db.run("update function set code_sha256 = ?, code_bytes = ?, revision = ?, modified = ? where arn = ?",
              code.sha256(), code.bytes(), ground::random_uuid(), modified(in), name.arn);
    function_name updated = name;
    if (is_true(in.input, "Publish"))
        updated.qualifier = updated.version = publish(in, name.arn, std::nullopt);
    whole.commit();
    in.env.part<function_pool>().forget(name.arn);
    co_return configuration_of(in, updated);
}

boost::asio::awaitable<json::object> update_function_configuration(const call& in) {
    const function_name name = changed_function(in);
    const json::object& input = in.input;
    check_settings(input);
    std::optional<std::string> environment;
    std::optional<std::string> vpc;
    std::optional<std::string> layers;
    if (const auto* wanted = find_object(input, "Environment")) environment = environment_of(wanted);
    if (input.contains("Layers")) {
        const std::vector<used_layer> wanted = layers_of(in);
        const std::string code = current_of(in, name.arn).sha256;
        co_await wire::offload(in.env, [&] { check_layers(in, wanted, code); });
    }
    transaction whole{in.db};
    if (const auto* wanted = find_object(input, "VpcConfig")) vpc = vpc_of(in, wanted);
    if (input.contains("Layers")) layers = serialized(layers_of(in)); // none was deleted meanwhile
    check_revision(in, name, optional_text(input, "RevisionId"), "GetFunction/GetAlias");
    in.db.run("update function set runtime = coalesce(?, runtime), role = coalesce(?, role), "
              "handler = coalesce(?, handler), description = coalesce(?, description), "
              "timeout_s = coalesce(?, timeout_s), memory_mib = coalesce(?, memory_mib), "
              "environment = coalesce(?, environment), vpc = coalesce(?, vpc), "
              "storage_mib = coalesce(?, storage_mib), tracing = coalesce(?, tracing), "
              "layers = coalesce(?, layers), revision = ?, modified = ? where arn = ?",
              optional_text(input, "Runtime"), optional_text(input, "Role"), optional_text(input, "Handler"),
              optional_text(input, "Description"), optional_integer(input, "Timeout"),
              optional_integer(input, "MemorySize"), environment, vpc, storage_of(input), tracing_of(input),
              layers, ground::random_uuid(), modified(in), name.arn);
    whole.commit();
    in.env.part<function_pool>().forget(name.arn);
    in.env.part<function_pool>().drop_unused_code(); // a layer may have been its alone
    co_return configuration_of(in, name);
}

constexpr std::array operations{
    operation{"AddLayerVersionPermission",
              "LayerName VersionNumber StatementId Action Principal OrganizationId RevisionId",
              add_layer_version_permission},
    operation{"AddPermission",
              "FunctionName StatementId Action Principal SourceArn SourceAccount EventSourceToken "
              "PrincipalOrgID FunctionUrlAuthType RevisionId Qualifier",
              add_permission},
    operation{"CreateAlias", "FunctionName Name FunctionVersion Description RoutingConfig", create_alias},
    operation{"CreateFunction",
              "FunctionName Role Code PackageType Runtime Handler Description Timeout MemorySize Environment "
              "VpcConfig EphemeralStorage TracingConfig LoggingConfig Tags Architectures Publish Layers",
              create_function, false, upload_bytes_max},
    operation{"DeleteAlias", "FunctionName Name", delete_alias},
    operation{"DeleteFunction", "FunctionName Qualifier", delete_function},
    operation{"DeleteFunctionConcurrency", "FunctionName", delete_concurrency},
    operation{"DeleteLayerVersion", "LayerName VersionNumber", delete_layer_version},
    operation{"GetAlias", "FunctionName Name", get_alias},
    operation{"GetFunction", "FunctionName Qualifier", get_function},
    operation{"GetFunctionConcurrency", "FunctionName", get_concurrency},
    operation{"GetFunctionConfiguration", "FunctionName Qualifier", get_function_configuration},
    operation{"GetLayerVersion", "LayerName VersionNumber", get_layer_version},
    operation{"GetLayerVersionByArn", "Arn", get_layer_version_by_arn},
    operation{"GetLayerVersionPolicy", "LayerName VersionNumber", get_layer_version_policy},
    operation{"GetPolicy", "FunctionName Qualifier", get_policy},
    operation{"Invoke", "FunctionName InvocationType LogType ClientContext Payload Qualifier",
              invoke_function, false, invocation_bytes_max},
    operation{"ListAliases", "FunctionName FunctionVersion Marker MaxItems", list_aliases},
    operation{"ListFunctions", "FunctionVersion MasterRegion Marker MaxItems", list_functions},
    operation{"ListLayerVersions", "LayerName CompatibleRuntime CompatibleArchitecture Marker MaxItems",
              list_layer_versions},
    operation{"ListLayers", "CompatibleRuntime CompatibleArchitecture Marker MaxItems", list_layers},
    operation{"ListTags", "Resource", list_function_tags},
    operation{"ListVersionsByFunction", "FunctionName Marker MaxItems", list_versions},
    operation{"PublishLayerVersion",
              "LayerName Content Description CompatibleRuntimes CompatibleArchitectures LicenseInfo",
              publish_layer_version, false, upload_bytes_max},
    operation{"PublishVersion", "FunctionName CodeSha256 Description RevisionId", publish_version},
    operation{"PutFunctionConcurrency", "FunctionName ReservedConcurrentExecutions", put_concurrency},
    operation{"RemoveLayerVersionPermission", "LayerName VersionNumber StatementId RevisionId",
              remove_layer_version_permission},
    operation{"RemovePermission", "FunctionName StatementId RevisionId Qualifier", remove_permission},
    operation{"TagResource", "Resource Tags", tag_function},
    operation{"UntagResource", "Resource TagKeys", untag_function},
    operation{"UpdateAlias", "FunctionName Name FunctionVersion Description RoutingConfig RevisionId",
              update_alias},
    operation{"UpdateFunctionCode",
              "FunctionName ZipFile S3Bucket S3Key S3ObjectVersion DryRun Architectures Publish RevisionId",
              update_function_code, false, upload_bytes_max},
    operation{"UpdateFunctionConfiguration",
              "FunctionName Runtime Role Handler Description Timeout MemorySize Environment VpcConfig "
              "EphemeralStorage TracingConfig LoggingConfig RevisionId Layers",
              update_function_configuration}};

} // namespace

std::string base64_of_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        unsigned value = 0;
        std::from_chars(hex.data() + at, hex.data() + at + 2, value, 16);
        bytes += static_cast<char>(value);
    }
    return ground::to_base64(bytes);
}

std::string modified(const call& in) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.000+0000",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(in.now)));
}

json::object configuration_of(const call& in, const function_name& name) {
    rows found =
        in.db.query(fmt::format("{} where arn = ? and version = ?", columns), name.arn, name.version);
    if (!found.next()) throw function_not_found(name.qualified_arn());
    return configuration(found, name.qualifier);
}

// By name, and each with its versions, $LATEST first. A marker is "name" or "name:number".
json::object list_configurations(const call& in, const configuration_list& wanted) {
    const std::int64_t items =
        std::min(page_size, optional_integer(in.input, "MaxItems").value_or(page_size));
    const std::string marker = text_of(in.input, "Marker");
    const auto colon = std::min(marker.find(':'), marker.size());
    std::int64_t number = wanted.all_versions && colon == marker.size() && !marker.empty() ? -1 : 0;
    std::from_chars(marker.data() + std::min(colon + 1, marker.size()), marker.data() + marker.size(),
                    number);
    rows found =
        in.db.query(fmt::format("{} where region = ? and (? = '' or arn = ?) and (number = 0 or ?) and "
                                "(name, number) > (?, ?) order by name, number limit ?",
                                columns),
                    in.region, wanted.function, wanted.function, std::int64_t{wanted.all_versions},
                    marker.substr(0, colon), marker.empty() ? -1 : number, wanted.is_empty ? 0 : items + 1);
    json::array all;
    json::object out;
    std::string last;
    while (found.next()) {
        if (all.size() == static_cast<std::size_t>(items)) {
            out["NextMarker"] = last;
            break;
        }
        all.push_back(configuration(found, wanted.all_versions ? found.text(17) : ""));
        last = wanted.all_versions ? fmt::format("{}:{}", found.text(1), found.text(18)) : found.text(1);
    }
    out[wanted.member] = std::move(all);
    return out;
}

refusal invalid_parameter_value(std::string message) {
    return {"InvalidParameterValueException", std::move(message)};
}

const wire::service& lambda_service() {
    static const wire::service service{.model = wire::lambda_model,
                                       .operations = operations,
                                       .validation_code = "ValidationException",
                                       .limits = lambda_limits(),
                                       .structures = lambda_structures()};
    return service;
}

} // namespace cruddur::cloud::lambda
