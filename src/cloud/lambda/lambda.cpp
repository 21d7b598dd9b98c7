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

namespace json = boost::json;

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

std::string arn_of(const web_call& in, std::string_view name) {
    return fmt::format("arn:aws:lambda:{}:{}:function:{}", in.region, ground::account_id, name);
}

std::string modified(const web_call& in) {
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

json::object configuration_of(const web_call& in, const function_name& of) {
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

// One that may hold a zip, which takes long to parse.
boost::asio::awaitable<json::object> read_upload(const web_call& in, function_request what) {
    co_return co_await offload(in.env, [&in, what] { return read_request(in, what); });
}

using kept_code = std::pair<held_code, std::size_t>;

boost::asio::awaitable<kept_code> keep_code(const web_call& in, const json::object* from) {
    co_return co_await wire::offload(in.env, [&in, from] {
        const std::string zip = zip_of(from);
        return kept_code{in.env.part<function_pool>().code().keep(zip), zip.size()};
    });
}

lambda_answer create_function(const web_call& in) {
    const json::object input = co_await read_upload(in, function_request::create);
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
        throw refusal{"ResourceConflictException", fmt::format("Function already exist: {}", name), 409};
    whole.commit();
    co_return lambda_json(201, configuration_of(in, {arn}));
}

lambda_answer get_function(const web_call& in) {
    const function_name name = named_function(in);
    json::object out{{"Configuration", configuration_of(in, name)}};
    rows found = in.db.query("select tags, concurrency, code_sha256 from function where arn = ?", name.arn);
    if (found.next()) {
        const json::value tags = json::parse(found.text(0));
        if (!tags.as_object().empty()) out["Tags"] = tags;
        if (!found.is_null(1)) out["Concurrency"] = {{"ReservedConcurrentExecutions", found.integer(1)}};
        out["Code"] = {{"RepositoryType", "S3"}, {"Location", link_to_code(in, found.text(2))}};
    }
    co_return lambda_json(200, out);
}

lambda_answer get_function_configuration(const web_call& in) {
    co_return lambda_json(200, configuration_of(in, named_function(in)));
}

// How a list is asked for. There are no replicas of functions, which a MasterRegion asks for.
struct listing {
    std::string marker;
    std::int64_t items = page_size;
    bool all_versions = false;
    bool replicas = false;
};

listing listing_of(const web_call& in) {
    json::object given;
    for (const std::string_view name : {"FunctionVersion", "MasterRegion"}) {
        if (const auto value = in.from.query_parameter(name)) given[name] = *value;
    }
    if (const auto text = in.from.query_parameter("MaxItems")) {
        std::int64_t number = 0;
        const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
        if (failed != std::errc{} || end != text->data() + text->size())
            throw refusal{"SerializationException", "MaxItems is no number"};
        given["MaxItems"] = number;
    }
    check_parameters("ListFunctions", "FunctionVersion MasterRegion MaxItems", given);
    const auto region = optional_text(given, "MasterRegion");
    if (region && *region != "ALL" && ground::find_region(*region) == nullptr)
        throw invalid_parameter_value(fmt::format("MasterRegion '{}' is no region", *region));
    if (region && !given.contains("FunctionVersion"))
        throw invalid_parameter_value("FunctionVersion must be ALL where MasterRegion is given.");
    return {in.from.query_parameter("Marker").value_or(""),
            std::min(page_size, optional_integer(given, "MaxItems").value_or(page_size)),
            given.contains("FunctionVersion"), region.has_value()};
}

lambda_answer list_functions(const web_call& in) {
    const listing wanted = listing_of(in);
    json::array all;
    json::object out;
    rows found = in.db.query(fmt::format("{} where region = ? and name > ? order by name limit ?", columns),
                             in.region, wanted.marker, wanted.replicas ? 0 : wanted.items + 1);
    while (found.next()) {
        if (all.size() == static_cast<std::size_t>(wanted.items)) {
            out["NextMarker"] = all.back().at("FunctionName");
            break;
        }
        all.push_back(configuration(found, wanted.all_versions));
    }
    out["Functions"] = std::move(all);
    co_return lambda_json(200, out);
}

lambda_answer delete_function(const web_call& in) {
    const function_name name = existing_function(in);
    if (name.is_latest)
        throw invalid_parameter_value("$LATEST version cannot be deleted without deleting the function.");
    transaction whole{in.db};
    in.db.run("delete from function where arn = ?", name.arn);
    whole.commit();
    in.env.part<function_pool>().forget(name.arn);
    in.env.part<function_pool>().drop_unused_code();
    co_return lambda_nothing();
}

lambda_answer update_function_code(const web_call& in) {
    const function_name name = existing_function(in);
    const json::object input = co_await read_upload(in, function_request::code);
    auto [kept, bytes] = co_await keep_code(in, &input);
    const uploaded_code code{in.env.part<function_pool>(), std::move(kept), bytes};
    transaction whole{in.db};
    check_revision(in, name.arn, optional_text(input, "RevisionId"), "GetFunction/GetAlias");
    if (optional_boolean(input, "DryRun").value_or(false))
        co_return lambda_json(200, configuration_of(in, name));
    in.db.run("update function set code_sha256 = ?, code_bytes = ?, revision = ?, modified = ? where arn = ?",
              code.sha256(), code.bytes(), ground::random_uuid(), modified(in), name.arn);
    whole.commit();
    in.env.part<function_pool>().forget(name.arn);
    co_return lambda_json(200, configuration_of(in, name));
}

lambda_answer update_function_configuration(const web_call& in) {
    const function_name name = existing_function(in);
    const json::object input = read_request(in, function_request::configuration);
    std::optional<std::string> environment;
    std::optional<std::string> vpc;
    if (const auto* wanted = find_object(input, "Environment")) environment = environment_of(wanted);
    if (const auto* wanted = find_object(input, "VpcConfig")) vpc = vpc_of(in, wanted);
    transaction whole{in.db};
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
    whole.commit();
    in.env.part<function_pool>().forget(name.arn);
    co_return lambda_json(200, configuration_of(in, name));
}

} // namespace

refusal invalid_parameter_value(std::string message) {
    return {"InvalidParameterValueException", std::move(message)};
}

http::response lambda_json(unsigned status, const json::value& body) {
    return http::response::json(http::body_bytes::of(json::serialize(body)), status);
}

http::response lambda_nothing() {
    http::response out;
    out.status = 204;
    return out;
}

std::span<const web_route> lambda_routes() {
    using enum http::verb;
    using enum web_route::access;
    static constexpr std::array routes{
        web_route{post, "/2015-03-31/functions", credentials, create_function, upload_bytes_max},
        web_route{get, "/2015-03-31/functions", credentials, list_functions},
        web_route{get, "/2015-03-31/functions/", credentials, list_functions},
        web_route{get, "/2015-03-31/functions/:name", credentials, get_function},
        web_route{delete_, "/2015-03-31/functions/:name", credentials, delete_function},
        web_route{get, "/2015-03-31/functions/:name/configuration", credentials, get_function_configuration},
        web_route{put, "/2015-03-31/functions/:name/configuration", credentials,
                  update_function_configuration},
        web_route{put, "/2015-03-31/functions/:name/code", credentials, update_function_code,
                  upload_bytes_max},
        web_route{post, "/2015-03-31/functions/:name/invocations", credentials, invoke_function,
                  invocation_bytes_max},
        web_route{post, "/2015-03-31/functions/:name/policy", credentials, add_permission},
        web_route{get, "/2015-03-31/functions/:name/policy", credentials, get_policy},
        web_route{delete_, "/2015-03-31/functions/:name/policy/:sid", credentials, remove_permission},
        web_route{put, "/2017-10-31/functions/:name/concurrency", credentials, put_concurrency},
        web_route{get, "/2019-09-30/functions/:name/concurrency", credentials, get_concurrency},
        web_route{delete_, "/2017-10-31/functions/:name/concurrency", credentials, delete_concurrency},
        web_route{get, "/2017-03-31/tags/:arn", credentials, list_function_tags},
        web_route{post, "/2017-03-31/tags/:arn", credentials, tag_function},
        web_route{delete_, "/2017-03-31/tags/:arn", credentials, untag_function},
        web_route{get, "/_local/code/:sha256", programs, get_code},
    };
    return routes;
}

} // namespace cruddur::cloud::lambda
