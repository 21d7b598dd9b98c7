// A function's policy: who may invoke it.

#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/lambda/lambda.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace cruddur::cloud::lambda {

namespace {

bool is_account_id(std::string_view text) {
    return text.size() == ground::account_id.size() &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// arn:aws:iam::ACCOUNT:root, or a user, a role or a session of one.
bool is_identity(std::string_view text) {
    const bool in_iam = text.starts_with("arn:aws:iam::");
    if (!in_iam && !text.starts_with("arn:aws:sts::")) return false;
    text.remove_prefix(std::string_view{"arn:aws:iam::"}.size());
    if (!is_account_id(text.substr(0, ground::account_id.size()))) return false;
    text.remove_prefix(ground::account_id.size());
    if (!in_iam) return text.starts_with(":assumed-role/") || text.starts_with(":federated-user/");
    return text == ":root" || text.starts_with(":user/") || text.starts_with(":role/");
}

json::object condition_of(const json::object& input) {
    json::object equals;
    if (const auto token = optional_text(input, "EventSourceToken"))
        equals["lambda:EventSourceToken"] = *token;
    if (const auto type = optional_text(input, "FunctionUrlAuthType"))
        equals["lambda:FunctionUrlAuthType"] = *type;
    if (const auto id = optional_text(input, "PrincipalOrgID")) equals["aws:PrincipalOrgID"] = *id;
    if (const auto account = optional_text(input, "SourceAccount")) equals["AWS:SourceAccount"] = *account;
    json::object out;
    if (!equals.empty()) out["StringEquals"] = std::move(equals);
    if (const auto source = optional_text(input, "SourceArn")) out["ArnLike"] = {{"AWS:SourceArn", *source}};
    return out;
}

json::object statement_of(const json::object& input, const std::string& arn) {
    const std::string action = text_of(input, "Action");
    if (input.contains("FunctionUrlAuthType") && action != "lambda:InvokeFunctionUrl")
        throw invalid_parameter_value(
            "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action");
    json::object out{{"Sid", text_of(input, "StatementId")},
                     {"Effect", "Allow"},
                     {"Principal", principal_of(text_of(input, "Principal"))},
                     {"Action", action},
                     {"Resource", arn}};
    json::object condition = condition_of(input);
    if (!condition.empty()) out["Condition"] = std::move(condition);
    return out;
}

// A policy is a part of what a revision is of.
void revise(const call& in, const function_name& name) {
    const std::string revision = ground::random_uuid();
    if (name.qualifier.empty()) {
        in.db.run("update function set revision = ? where arn = ?", revision, name.arn);
    } else if (name.version == name.qualifier) {
        in.db.run("update function_version set revision = ? where arn = ? and cast(version as text) = ?",
                  revision, name.arn, name.version);
    } else {
        in.db.run("update function_alias set revision = ? where arn = ? and name = ?", revision, name.arn,
                  name.qualifier);
    }
}

} // namespace

json::value principal_of(const std::string& asked) {
    if (asked == "*") return "*";
    if (is_account_id(asked)) return {{"AWS", fmt::format("arn:aws:iam::{}:root", asked)}};
    if (is_identity(asked)) return {{"AWS", asked}};
    const bool is_plain = std::ranges::all_of(asked, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
    if (is_plain && (asked.ends_with(".amazonaws.com") || asked.ends_with(".amazon.com")))
        return {{"Service", asked}};
    throw invalid_parameter_value(
        "The provided principal was invalid. Please check the principal and try again.");
}

json::object add_permission(const call& in) {
    const function_name name = existing_function(in);
    if (name.is_latest())
        throw invalid_parameter_value("We currently do not support adding policies for $LATEST.");
    const std::string sid = text_of(in.input, "StatementId");
    const std::string text = json::serialize(statement_of(in.input, name.qualified_arn()));
    check_revision(in, name, optional_text(in.input, "RevisionId"), "GetPolicy");
    if (in.db.run("insert into function_permission (arn, qualifier, sid, statement) values (?, ?, ?, ?) on "
                  "conflict do nothing",
                  name.arn, name.qualifier, sid, text) == 0) {
        throw refusal{
            "ResourceConflictException",
            fmt::format("The statement id ({}) provided already exists. Please provide a new statement "
                        "id, or remove the existing statement.",
                        sid)};
    }
    revise(in, name);
    return {{"Statement", text}};
}

// A policy is of the function as such, of a version or of an alias; $LATEST has none of its own.
json::object get_policy(const call& in) {
    const function_name name = existing_function(in);
    json::array statements;
    rows found =
        in.db.query("select statement from function_permission where arn = ? and qualifier = ? order by sid",
                    name.arn, name.qualifier);
    while (found.next())
        statements.push_back(json::parse(found.text(0)));
    if (statements.empty())
        throw refusal{"ResourceNotFoundException", "The resource you requested does not exist."};
    const json::object policy{{"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", statements}};
    return {{"Policy", json::serialize(policy)}, {"RevisionId", revision_of(in, name)}};
}

json::object remove_permission(const call& in) {
    const function_name name = existing_function(in);
    const std::string sid = text_of(in.input, "StatementId");
    check_revision(in, name, optional_text(in.input, "RevisionId"), "GetPolicy");
    if (name.is_latest() ||
        in.db.run("delete from function_permission where arn = ? and qualifier = ? and sid = ?", name.arn,
                  name.qualifier, sid) == 0) {
        throw refusal{"ResourceNotFoundException",
                      fmt::format("Statement {} is not found in resource policy.", sid)};
    }
    revise(in, name);
    return {};
}

} // namespace cruddur::cloud::lambda
