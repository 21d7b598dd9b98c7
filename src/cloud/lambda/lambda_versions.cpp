// What is published of a function, and the aliases that lead to it.

#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/lambda/function_versions.hpp"
#include "cloud/lambda/lambda.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace cruddur::cloud::lambda {

namespace {

constexpr std::int64_t versions_page_size = 50;

// What of $LATEST a version is of; its description and its revision do not make it another one.
constexpr std::string_view contents =
    "runtime, role, handler, timeout_s, memory_mib, environment, vpc, code_sha256, "
    "code_bytes, storage_mib, tracing, layers";

struct routing {
    std::optional<std::string> version;
    std::string percent = "0";
};

std::string alias_arn(const std::string& arn, const std::string& name) {
    return fmt::format("{}:{}", arn, name);
}

json::object alias_at(const rows& of, const std::string& arn) {
    json::object out{{"AliasArn", alias_arn(arn, of.text(0))},
                     {"Name", of.text(0)},
                     {"FunctionVersion", of.text(1)},
                     {"Description", of.text(2)},
                     {"RevisionId", of.text(3)}};
    if (!of.is_null(4))
        out["RoutingConfig"] = {{"AdditionalVersionWeights", {{of.text(4), std::stod(of.text(5)) / 100}}}};
    return out;
}

constexpr std::string_view alias_columns =
    "select name, version, description, revision, routed_version, routed_percent from function_alias ";

json::object alias_of(const call& in, const std::string& arn, const std::string& name) {
    rows found = in.db.query(fmt::format("{} where arn = ? and name = ?", alias_columns), arn, name);
    if (!found.next())
        throw refusal{"ResourceNotFoundException",
                      fmt::format("Cannot find alias arn: {}", alias_arn(arn, name))};
    return alias_at(found, arn);
}

void check_version(const call& in, const std::string& arn, const std::string& version) {
    if (!version_of(in.db, arn, version)) throw function_not_found(fmt::format("{}:{}", arn, version));
}

// Beside the version that an alias leads to: another one, for a part of its events.
std::optional<routing> routing_in(const call& in, const std::string& arn, const std::string& main) {
    const json::object* const given = find_object(in.input, "RoutingConfig");
    if (given == nullptr) return std::nullopt;
    routing out;
    const json::object* const weights = find_object(*given, "AdditionalVersionWeights");
    if (weights == nullptr || weights->empty()) return out;
    if (weights->size() > 1)
        throw invalid_parameter_value(
            "An alias can be routed to one version beside its own: number of items in "
            "AdditionalVersionWeights cannot be greater than 1.");
    const std::string version = weights->begin()->key();
    const double weight = weights->begin()->value().to_number<double>();
    if (weight < 0 || weight > 1)
        throw invalid_parameter_value("The weight of a version must be from 0.0 to 1.0.");
    if (version == latest_version || main == latest_version)
        throw invalid_parameter_value(
            "$LATEST is not supported for an alias pointing to more than 1 version");
    if (version == main)
        throw invalid_parameter_value(
            fmt::format("Invalid function version {}. Function version {} is already included in routing "
                        "configuration.",
                        version, version));
    check_version(in, arn, version);
    out.version = version;
    out.percent = std::to_string(weight * 100);
    return out;
}

std::string function_of(const call& in) {
    return unqualified_function(in,
                                "Aliases and versions do not support this operation. Please specify either a "
                                "function name or an unqualified function ARN.");
}

} // namespace

// Nothing is published where nothing has changed since the last time.
std::string publish(const call& in, const std::string& arn, const std::optional<std::string>& description) {
    rows same = in.db.query(fmt::format("select version from function_version where arn = ? and version = "
                                        "(select versions from function where arn = ?) and ({0}) = "
                                        "(select {0} from function where arn = ?)",
                                        contents),
                            arn, arn, arn);
    if (same.next()) return same.text(0);
    in.db.run("update function set versions = versions + 1 where arn = ?", arn);
    in.db.run(
        fmt::format("insert into function_version (arn, version, description, revision, modified, {0}) "
                    "select arn, versions, coalesce(?, description), ?, ?, {0} from function where arn = ?",
                    contents),
        description, ground::random_uuid(), modified(in), arn);
    rows made = in.db.query("select versions from function where arn = ?", arn);
    static_cast<void>(made.next());
    return made.text(0);
}

json::object publish_version(const call& in) {
    const std::string arn = function_of(in);
    check_revision(in, {arn}, optional_text(in.input, "RevisionId"), "GetFunction/GetAlias");
    rows found = in.db.query("select code_sha256 from function where arn = ?", arn);
    static_cast<void>(found.next());
    const std::string digest = base64_of_hex(found.text(0));
    if (const auto wanted = optional_text(in.input, "CodeSha256"); wanted && *wanted != digest) {
        throw invalid_parameter_value(
            fmt::format("CodeSHA256 ({}) is different from current CodeSHA256 in $LATEST ({}). "
                        "Please try again with the CodeSHA256 in $LATEST.",
                        *wanted, digest));
    }
    const std::string version = publish(in, arn, optional_text(in.input, "Description"));
    return configuration_of(in, {arn, version, version});
}

// $LATEST is first.
json::object list_versions(const call& in) {
    const std::string arn = function_of(in);
    return list_configurations(in, {.function = arn, .all_versions = true, .member = "Versions"});
}

json::object create_alias(const call& in) {
    const std::string arn = function_of(in);
    const std::string name = text_of(in.input, "Name");
    const std::string version = text_of(in.input, "FunctionVersion");
    check_version(in, arn, version);
    const routing route = routing_in(in, arn, version).value_or(routing{});
    if (in.db.run("insert into function_alias (arn, name, version, description, routed_version, "
                  "routed_percent, revision) "
                  "values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                  arn, name, version, text_of(in.input, "Description"), route.version, route.percent,
                  ground::random_uuid()) == 0) {
        throw refusal{"ResourceConflictException",
                      fmt::format("Alias already exists: {}", alias_arn(arn, name))};
    }
    return alias_of(in, arn, name);
}

json::object update_alias(const call& in) {
    const std::string arn = function_of(in);
    const std::string name = text_of(in.input, "Name");
    const json::object now = alias_of(in, arn, name);
    const auto wanted = optional_text(in.input, "RevisionId");
    if (wanted && !wanted->empty() && *wanted != text_of(now, "RevisionId")) {
        throw refusal{"PreconditionFailedException",
                      "The Revision Id provided does not match the latest Revision Id. Call "
                      "the GetAlias API to retrieve the latest Revision Id"};
    }
    const std::string version =
        optional_text(in.input, "FunctionVersion").value_or(text_of(now, "FunctionVersion"));
    check_version(in, arn, version);
    in.db.run("update function_alias set version = ?, description = coalesce(?, description), revision = ? "
              "where arn = ? and name = ?",
              version, optional_text(in.input, "Description"), ground::random_uuid(), arn, name);
    if (const auto route = routing_in(in, arn, version)) {
        in.db.run(
            "update function_alias set routed_version = ?, routed_percent = ? where arn = ? and name = ?",
            route->version, route->percent, arn, name);
    } else if (now.contains("RoutingConfig")) {
        const auto& weights = now.at("RoutingConfig").at("AdditionalVersionWeights").as_object();
        if (version == latest_version || weights.contains(version))
            throw invalid_parameter_value(
                "The alias's RoutingConfig does not go with that version: give another one.");
    }
    return alias_of(in, arn, name);
}

json::object get_alias(const call& in) {
    return alias_of(in, function_of(in), text_of(in.input, "Name"));
}

json::object list_aliases(const call& in) {
    const std::string arn = function_of(in);
    const auto version = optional_text(in.input, "FunctionVersion");
    const std::int64_t items =
        std::min(versions_page_size, optional_integer(in.input, "MaxItems").value_or(versions_page_size));
    rows found = in.db.query(
        fmt::format("{} where arn = ? and name > ? and (? is null or version = ? or routed_version = ?) "
                    "order by name limit ?",
                    alias_columns),
        arn, text_of(in.input, "Marker"), version, version, version, items + 1);
    json::array all;
    json::object out;
    while (found.next()) {
        if (all.size() == static_cast<std::size_t>(items)) {
            out["NextMarker"] = all.back().at("Name");
            break;
        }
        all.push_back(alias_at(found, arn));
    }
    out["Aliases"] = std::move(all);
    return out;
}

// One that is not there is deleted as well, as in AWS; its policy goes with it.
json::object delete_alias(const call& in) {
    const std::string arn = function_of(in);
    const std::string name = text_of(in.input, "Name");
    in.db.run("delete from function_alias where arn = ? and name = ?", arn, name);
    in.db.run("delete from function_permission where arn = ? and qualifier = ?", arn, name);
    return {};
}

void delete_version(const call& in, const function_name& name) {
    if (name.version != name.qualifier)
        throw invalid_parameter_value(
            "An alias is deleted by DeleteAlias: DeleteFunction takes a version's number.");
    rows used =
        in.db.query("select name from function_alias where arn = ? and (version = ? or routed_version = ?) "
                    "order by name",
                    name.arn, name.version, name.version);
    std::string aliases;
    while (used.next())
        aliases += (aliases.empty() ? "" : ", ") + used.text(0);
    if (!aliases.empty()) {
        throw refusal{"ResourceConflictException",
                      fmt::format("Unable to delete version because the following aliases reference it: [{}]",
                                  aliases)};
    }
    in.db.run("delete from function_version where arn = ? and cast(version as text) = ?", name.arn,
              name.version);
    in.db.run("delete from function_permission where arn = ? and qualifier = ?", name.arn, name.version);
}

} // namespace cruddur::cloud::lambda
