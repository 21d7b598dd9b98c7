#include "cloud/lambda/lambda.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/regions.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/lambda/function_pool.hpp"

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

constexpr std::string_view columns = "select arn, name, runtime, role, handler, description, timeout_s, "
                                     "memory_mib, environment, vpc, code_sha256, "
                                     "code_bytes, revision, modified, storage_mib, tracing from function ";

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

// `qualified`: as of the version $LATEST, as which its ARN then ends.
json::object configuration(const rows& of, bool qualified = false) {
    json::object out{{"FunctionName", of.text(1)},
                     {"FunctionArn", of.text(0) + (qualified ? ":$LATEST" : "")},
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
                     {"Version", "$LATEST"},
                     {"State", "Active"},
                     {"LastUpdateStatus", "Successful"},
                     {"PackageType", "Zip"},
                     {"Architectures", json::array{own_architecture}},
                     {"TracingConfig", {{"Mode", of.text(15)}}},
                     {"EphemeralStorage", {{"Size", of.integer(14)}}},
                     {"SnapStart", {{"ApplyOn", "None"}, {"OptimizationStatus", "Off"}}},
                     {"LoggingConfig", {{"LogFormat", "Text"}, {"LogGroup", "/aws/lambda/" + of.text(1)}}}};
    const json::value variables = json::parse(of.text(8));
    if (!variables.as_object().empty()) out["Environment"] = {{"Variables", variables}};
    json::value vpc = json::parse(of.text(9));
    vpc.as_object().erase("Address");
    if (!vpc.at("SecurityGroupIds").as_array().empty()) out["VpcConfig"] = vpc;
    return out;
}

json::object configuration_of(const call& in, const function_name& of) {
    rows found = in.db.query(fmt::format("{} where arn = ?", columns), of.arn);
    if (!found.next()) throw function_not_found(of.qualified_arn());
    return configuration(found, of.is_latest);
}

// A zip that was uploaded; where no function has it in the end, it is dropped again.
class uploaded_code {
public:
    uploaded_code(function_pool& to, held_code code, std::size_t bytes)
        : to_{to}
        , code_{std::move(code)}
        , bytes_{static_cast<std::int64_t>(bytes)} {}
    uploaded_code(const uploaded_code&) = delete;
    uploaded_code& operator=(const uploaded_code&) = delete;
    ~uploaded_code() {
        code_.reset();
        to_.drop_unused_code();
    }

    [[nodiscard]] const std::string& sha256() const { return code_->sha256; }
    [[nodiscard]] std::int64_t bytes() const { return bytes_; }

private:
    function_pool& to_;
    held_code code_;
    std::int64_t bytes_;
};

using kept_code = std::pair<held_code, std::size_t>;

boost::asio::awaitable<kept_code> keep_code(const call& in, const json::object* from) {
    co_return co_await wire::offload(in.env, [&in, from] {
        const std::string zip = zip_of(from);
        return kept_code{in.env.part<function_pool>().code().keep(zip), zip.size()};
    });
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
    auto [kept, bytes] = co_await keep_code(in, find_object(input, "Code"));
    const uploaded_code code{in.env.part<function_pool>(), std::move(kept), bytes};
    transaction whole{in.db};
    // Only now: while the code was kept, a group could have been deleted.
    const std::string vpc = vpc_of(in, find_object(input, "VpcConfig"));
    const auto made = in.db.run(
        "insert into function (arn, region, name, runtime, role, handler, description, timeout_s, "
        "memory_mib, "
        "environment, vpc, tags, code_sha256, code_bytes, revision, modified, storage_mib, tracing) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        arn, in.region, name, text_of(input, "Runtime"), text_of(input, "Role"), text_of(input, "Handler"),
        text_of(input, "Description"), optional_integer(input, "Timeout").value_or(default_timeout_s),
        optional_integer(input, "MemorySize").value_or(default_memory_mib), environment, vpc, tags,
        code.sha256(), code.bytes(), ground::random_uuid(), modified(in),
        storage_of(input).value_or(default_storage_mib), tracing_of(input).value_or("PassThrough"));
    if (made == 0)
        throw refusal{"ResourceConflictException", fmt::format("Function already exist: {}", name)};
    whole.commit();
    co_return configuration_of(in, {arn});
}

json::object get_function(const call& in) {
    const function_name name = named_function(in);
    json::object out{{"Configuration", configuration_of(in, name)}};
    rows found = in.db.query("select tags, concurrency, code_sha256 from function where arn = ?", name.arn);
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
    const std::int64_t items =
        std::min(page_size, optional_integer(in.input, "MaxItems").value_or(page_size));
    const bool all_versions = in.input.contains("FunctionVersion");
    const bool replicas = in.input.contains("MasterRegion");
    json::array all;
    json::object out;
    rows found = in.db.query(fmt::format("{} where region = ? and name > ? order by name limit ?", columns),
                             in.region, text_of(in.input, "Marker"), replicas ? 0 : items + 1);
    while (found.next()) {
        if (all.size() == static_cast<std::size_t>(items)) {
            out["NextMarker"] = all.back().at("FunctionName");
            break;
        }
        all.push_back(configuration(found, all_versions));
    }
    out["Functions"] = std::move(all);
    return out;
}

json::object delete_function(const call& in) {
    const function_name name = existing_function(in);
    if (name.is_latest)
        throw invalid_parameter_value("$LATEST version cannot be deleted without deleting the function.");
    in.db.run("delete from function where arn = ?", name.arn);
    in.after_commit([&pool = in.env.part<function_pool>(), arn = name.arn] {
        pool.forget(arn);
        pool.drop_unused_code();
    });
    return {{"StatusCode", 204}};
}

boost::asio::awaitable<json::object> update_function_code(const call& in) {
    const function_name name = existing_function(in);
    check_settings(in.input);
    auto [kept, bytes] = co_await keep_code(in, &in.input);
    const uploaded_code code{in.env.part<function_pool>(), std::move(kept), bytes};
    transaction whole{in.db};
    check_revision(in, name.arn, optional_text(in.input, "RevisionId"), "GetFunction/GetAlias");
    if (is_true(in.input, "DryRun")) co_return configuration_of(in, name);
    in.db.run("update function set code_sha256 = ?, code_bytes = ?, revision = ?, modified = ? where arn = ?",
              code.sha256(), code.bytes(), ground::random_uuid(), modified(in), name.arn);
    whole.commit();
    in.env.part<function_pool>().forget(name.arn);
    co_return configuration_of(in, name);
}

json::object update_function_configuration(const call& in) {
    const function_name name = existing_function(in);
    const json::object& input = in.input;
    check_settings(input);
    std::optional<std::string> environment;
    std::optional<std::string> vpc;
    if (const auto* wanted = find_object(input, "Environment")) environment = environment_of(wanted);
    if (const auto* wanted = find_object(input, "VpcConfig")) vpc = vpc_of(in, wanted);
    check_revision(in, name.arn, optional_text(input, "RevisionId"), "GetFunction/GetAlias");
    in.db.run("update function set runtime = coalesce(?, runtime), role = coalesce(?, role), "
              "handler = coalesce(?, handler), description = coalesce(?, description), "
              "timeout_s = coalesce(?, timeout_s), memory_mib = coalesce(?, memory_mib), "
              "environment = coalesce(?, environment), vpc = coalesce(?, vpc), "
              "storage_mib = coalesce(?, storage_mib), tracing = coalesce(?, tracing), "
              "revision = ?, modified = ? where arn = ?",
              optional_text(input, "Runtime"), optional_text(input, "Role"), optional_text(input, "Handler"),
              optional_text(input, "Description"), optional_integer(input, "Timeout"),
              optional_integer(input, "MemorySize"), environment, vpc, storage_of(input), tracing_of(input),
              ground::random_uuid(), modified(in), name.arn);
    in.after_commit([&pool = in.env.part<function_pool>(), arn = name.arn] { pool.forget(arn); });
    return configuration_of(in, name);
}

constexpr std::array operations{
    operation{"AddPermission",
              "FunctionName StatementId Action Principal SourceArn SourceAccount EventSourceToken "
              "PrincipalOrgID FunctionUrlAuthType RevisionId Qualifier",
              add_permission},
    operation{"CreateFunction",
              "FunctionName Role Code PackageType Runtime Handler Description Timeout MemorySize Environment "
              "VpcConfig EphemeralStorage TracingConfig LoggingConfig Tags Architectures Publish",
              create_function, false, upload_bytes_max},
    operation{"DeleteFunction", "FunctionName Qualifier", delete_function},
    operation{"DeleteFunctionConcurrency", "FunctionName", delete_concurrency},
    operation{"GetFunction", "FunctionName Qualifier", get_function},
    operation{"GetFunctionConcurrency", "FunctionName", get_concurrency},
    operation{"GetFunctionConfiguration", "FunctionName Qualifier", get_function_configuration},
    operation{"GetPolicy", "FunctionName Qualifier", get_policy},
    operation{"Invoke", "FunctionName InvocationType LogType ClientContext Payload Qualifier",
              invoke_function, false, invocation_bytes_max},
    operation{"ListFunctions", "FunctionVersion MasterRegion Marker MaxItems", list_functions},
    operation{"ListTags", "Resource", list_function_tags},
    operation{"PutFunctionConcurrency", "FunctionName ReservedConcurrentExecutions", put_concurrency},
    operation{"RemovePermission", "FunctionName StatementId RevisionId Qualifier", remove_permission},
    operation{"TagResource", "Resource Tags", tag_function},
    operation{"UntagResource", "Resource TagKeys", untag_function},
    operation{"UpdateFunctionCode", "FunctionName ZipFile DryRun Architectures Publish RevisionId",
              update_function_code, false, upload_bytes_max},
    operation{"UpdateFunctionConfiguration",
              "FunctionName Runtime Role Handler Description Timeout MemorySize Environment VpcConfig "
              "EphemeralStorage TracingConfig LoggingConfig RevisionId",
              update_function_configuration}};

} // namespace

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
