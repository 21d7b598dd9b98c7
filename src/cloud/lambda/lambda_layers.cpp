// Layers: their versions, which functions have beside their code, and who may use one.

#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/lambda/function_pool.hpp"
#include "cloud/lambda/lambda.hpp"
#include "cloud/lambda/lambda_upload.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace cruddur::cloud::lambda {

namespace {

constexpr std::int64_t layers_page_size = 50;
constexpr std::string_view layer_columns =
    "select name, version, description, license, runtimes, architectures, code_sha256, "
    "code_bytes, created from layer_version ";

std::string arn_of_layer(const call& in, std::string_view name) {
    return fmt::format("arn:aws:lambda:{}:{}:layer:{}", in.region, ground::account_id, name);
}

refusal no_such_version() {
    return {"ResourceNotFoundException", "The resource you requested does not exist."};
}

// By name or ARN.
std::string name_in(const call& in) {
    std::string given = text_of(in.input, "LayerName");
    const std::string own = arn_of_layer(in, "");
    if (given.starts_with(own)) given.erase(0, own.size());
    if (is_layer_name(given) && given.size() <= 140) return given;
    if (given.starts_with("arn:")) throw no_such_version();
    throw refusal{
        "ValidationException",
        fmt::format(
            "1 validation error detected: Value '{}' at 'layerName' failed to satisfy constraint: Member "
            "must satisfy regular expression pattern: (arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{{12}}:"
            "layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+",
            given.substr(0, 256))};
}

json::object layer_version_json(const call& in, const rows& of) {
    json::object out{{"LayerVersionArn", fmt::format("{}:{}", arn_of_layer(in, of.text(0)), of.integer(1))},
                     {"Version", of.integer(1)},
                     {"Description", of.text(2)},
                     {"CreatedDate", of.text(8)}};
    if (!of.text(3).empty()) out["LicenseInfo"] = of.text(3);
    if (json::value runtimes = json::parse(of.text(4)); !runtimes.as_array().empty())
        out["CompatibleRuntimes"] = std::move(runtimes);
    if (json::value architectures = json::parse(of.text(5)); !architectures.as_array().empty())
        out["CompatibleArchitectures"] = std::move(architectures);
    return out;
}

json::object whole_version(const call& in, const rows& of) {
    json::object out = layer_version_json(in, of);
    out["LayerArn"] = arn_of_layer(in, of.text(0));
    out["Content"] = {{"Location", link_to_code(in, of.text(6))},
                      {"CodeSha256", base64_of_hex(of.text(6))},
                      {"CodeSize", of.integer(7)}};
    return out;
}

json::object described(const call& in, const std::string& name, std::int64_t version) {
    rows found = in.db.query(fmt::format("{} where region = ? and name = ? and version = ?", layer_columns),
                             in.region, name, version);
    if (!found.next()) throw no_such_version();
    return whole_version(in, found);
}

std::string texts_in(const call& in, std::string_view member) {
    const json::array* const given = find_list(in.input, member);
    return given == nullptr ? "[]" : json::serialize(*given);
}

// Whether a version is among those that a list asks for.
constexpr std::string_view is_compatible =
    "(? is null or ? in (select value from json_each(runtimes))) and "
    "(? is null or architectures = '[]' or ? in (select value from json_each(architectures)))";

std::int64_t marker_in(const call& in) {
    const std::string given = text_of(in.input, "Marker");
    std::int64_t out = 0;
    const auto [end, wrong] = std::from_chars(given.data(), given.data() + given.size(), out);
    if (!given.empty() && (wrong != std::errc{} || end != given.data() + given.size()))
        throw invalid_parameter_value("Marker is none of NextMarker's.");
    return out;
}

struct version_name {
    std::string layer;
    std::int64_t version;
};

version_name existing_version(const call& in) {
    version_name out{name_in(in), optional_integer(in.input, "VersionNumber").value_or(0)};
    rows found = in.db.query("select 1 from layer_version where region = ? and name = ? and version = ?",
                             in.region, out.layer, out.version);
    if (!found.next()) throw no_such_version();
    return out;
}

std::string policy_revision_of(const call& in, const version_name& of) {
    rows found =
        in.db.query("select revision from layer_version where region = ? and name = ? and version = ?",
                    in.region, of.layer, of.version);
    return found.next() ? found.text(0) : "";
}

void check_layer_revision(const call& in, const version_name& of) {
    const auto wanted = optional_text(in.input, "RevisionId");
    if (!wanted || wanted->empty() || *wanted == policy_revision_of(in, of)) return;
    throw refusal{"PreconditionFailedException", "The Revision Id provided does not match the latest "
                                                 "Revision Id. Call the GetLayerVersionPolicy API to "
                                                 "retrieve the latest Revision Id"};
}

std::string revise_policy(const call& in, const version_name& of) {
    std::string out = ground::random_uuid();
    in.db.run("update layer_version set revision = ? where region = ? and name = ? and version = ?", out,
              in.region, of.layer, of.version);
    return out;
}

} // namespace

bool is_layer_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    });
}

boost::asio::awaitable<json::object> publish_layer_version(const call& in) {
    const std::string name = name_in(in);
    const uploaded_code code = co_await upload(in, find_object(in.input, "Content"));
    transaction whole{in.db};
    in.db.run("insert into layer (region, name, versions) values (?, ?, 1) "
              "on conflict do update set versions = versions + 1",
              in.region, name);
    rows counted = in.db.query("select versions from layer where region = ? and name = ?", in.region, name);
    static_cast<void>(counted.next());
    const std::int64_t version = counted.integer(0);
    in.db.run(
        "insert into layer_version (region, name, version, description, license, runtimes, architectures, "
        "code_sha256, code_bytes, created, revision) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        in.region, name, version, text_of(in.input, "Description"), text_of(in.input, "LicenseInfo"),
        texts_in(in, "CompatibleRuntimes"), texts_in(in, "CompatibleArchitectures"), code.sha256(),
        code.bytes(), modified(in), ground::random_uuid());
    whole.commit();
    co_return described(in, name, version);
}

json::object get_layer_version(const call& in) {
    return described(in, name_in(in), optional_integer(in.input, "VersionNumber").value_or(0));
}

json::object get_layer_version_by_arn(const call& in) {
    const std::string arn = text_of(in.input, "Arn");
    const std::string own = arn_of_layer(in, "");
    const auto colon = arn.rfind(':');
    std::int64_t version = 0;
    if (!arn.starts_with(own) || colon < own.size()) throw no_such_version();
    std::from_chars(arn.data() + colon + 1, arn.data() + arn.size(), version);
    return described(in, arn.substr(own.size(), colon - own.size()), version);
}

json::object list_layers(const call& in) {
    const std::int64_t items =
        std::min(layers_page_size, optional_integer(in.input, "MaxItems").value_or(layers_page_size));
    const auto runtime = optional_text(in.input, "CompatibleRuntime");
    const auto architecture = optional_text(in.input, "CompatibleArchitecture");
    // SQLite takes a group's columns from the row that has its maximum.
    rows found = in.db.query(fmt::format("{} where region = ? and name > ? and {} group by name "
                                         "having version = max(version) order by name limit ?",
                                         layer_columns, is_compatible),
                             in.region, text_of(in.input, "Marker"), runtime, runtime, architecture,
                             architecture, items + 1);
    json::array all;
    json::object out;
    while (found.next()) {
        if (all.size() == static_cast<std::size_t>(items)) {
            out["NextMarker"] = all.back().at("LayerName");
            break;
        }
        all.push_back({{"LayerName", found.text(0)},
                       {"LayerArn", arn_of_layer(in, found.text(0))},
                       {"LatestMatchingVersion", layer_version_json(in, found)}});
    }
    out["Layers"] = std::move(all);
    return out;
}

json::object list_layer_versions(const call& in) {
    const std::int64_t items =
        std::min(layers_page_size, optional_integer(in.input, "MaxItems").value_or(layers_page_size));
    const auto runtime = optional_text(in.input, "CompatibleRuntime");
    const auto architecture = optional_text(in.input, "CompatibleArchitecture");
    const std::int64_t marker = marker_in(in);
    rows found = in.db.query(fmt::format("{} where region = ? and name = ? and (? = 0 or version < ?) and {} "
                                         "order by version desc limit ?",
                                         layer_columns, is_compatible),
                             in.region, name_in(in), marker, marker, runtime, runtime, architecture,
                             architecture, items + 1);
    json::array all;
    json::object out;
    while (found.next()) {
        if (all.size() == static_cast<std::size_t>(items)) {
            out["NextMarker"] = std::to_string(all.back().at("Version").as_int64());
            break;
        }
        all.push_back(layer_version_json(in, found));
    }
    out["LayerVersions"] = std::move(all);
    return out;
}

// Functions that have it keep it; one that is not there is deleted as well, as in AWS.
json::object delete_layer_version(const call& in) {
    in.db.run("delete from layer_version where region = ? and name = ? and version = ?", in.region,
              name_in(in), optional_integer(in.input, "VersionNumber"));
    in.after_commit([&pool = in.env.part<function_pool>()] { pool.drop_unused_code(); });
    return {};
}

json::object add_layer_version_permission(const call& in) {
    const version_name name = existing_version(in);
    check_layer_revision(in, name);
    const std::string principal = text_of(in.input, "Principal");
    const auto organization = optional_text(in.input, "OrganizationId");
    if (organization && principal != "*")
        throw invalid_parameter_value("OrganizationId is given with the principal * alone.");
    json::object statement{{"Sid", text_of(in.input, "StatementId")},
                           {"Effect", "Allow"},
                           {"Principal", principal_of(principal)},
                           {"Action", text_of(in.input, "Action")},
                           {"Resource", fmt::format("{}:{}", arn_of_layer(in, name.layer), name.version)}};
    if (organization) statement["Condition"] = {{"StringEquals", {{"aws:PrincipalOrgID", *organization}}}};
    const std::string text = json::serialize(statement);
    if (in.db.run(
            "insert into layer_permission (region, name, version, sid, statement) values (?, ?, ?, ?, ?) "
            "on conflict do nothing",
            in.region, name.layer, name.version, text_of(in.input, "StatementId"), text) == 0) {
        throw refusal{
            "ResourceConflictException",
            fmt::format(
                "The statement id ({}) provided already exists. Please provide a new statement id, or "
                "remove the existing statement.",
                text_of(in.input, "StatementId"))};
    }
    return {{"Statement", text}, {"RevisionId", revise_policy(in, name)}};
}

json::object get_layer_version_policy(const call& in) {
    const version_name name = existing_version(in);
    json::array statements;
    rows found =
        in.db.query("select statement from layer_permission where region = ? and name = ? and version = ? "
                    "order by sid",
                    in.region, name.layer, name.version);
    while (found.next())
        statements.push_back(json::parse(found.text(0)));
    if (statements.empty())
        throw refusal{"ResourceNotFoundException", "No policy is associated with the given resource."};
    const json::object policy{{"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", statements}};
    return {{"Policy", json::serialize(policy)}, {"RevisionId", policy_revision_of(in, name)}};
}

json::object remove_layer_version_permission(const call& in) {
    const version_name name = existing_version(in);
    check_layer_revision(in, name);
    const std::string sid = text_of(in.input, "StatementId");
    if (in.db.run("delete from layer_permission where region = ? and name = ? and version = ? and sid = ?",
                  in.region, name.layer, name.version, sid) == 0) {
        throw refusal{"ResourceNotFoundException",
                      fmt::format("Statement {} is not found in resource policy.", sid)};
    }
    revise_policy(in, name);
    return {};
}

} // namespace cruddur::cloud::lambda
