// Which function a request is about, and which of its revisions.

#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/lambda/function_versions.hpp"
#include "cloud/lambda/lambda.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace cruddur::cloud::lambda {

namespace {

bool is_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    });
}

std::vector<std::string> parts_of(std::string_view text) {
    std::vector<std::string> out{""};
    for (const char c : text) {
        if (c == ':') {
            out.emplace_back();
        } else {
            out.back() += c;
        }
    }
    return out;
}

// What a name says, from its end: [arn:aws:lambda:REGION:][ACCOUNT:][function:]NAME[:QUALIFIER].
struct name_parts {
    std::string name;
    std::string qualifier;
};

[[noreturn]] void refuse_name(const std::string& given) {
    throw refusal{
        "ValidationException",
        fmt::format(
            "1 validation error detected: Value '{}' at 'functionName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: "
            R"((arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{{2}}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{{1}}:)?)"
            R"((\d{{12}}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?)",
            given.substr(0, 256))};
}

name_parts parse_name(const call& in, const std::string& given) {
    std::vector<std::string> parts = parts_of(given);
    const auto named = std::ranges::find(parts, "function");
    auto at = parts.begin();
    if (named != parts.end() && named + 1 != parts.end()) {
        const auto before = static_cast<std::size_t>(named - parts.begin());
        if (before > 0 && *(named - 1) != ground::account_id) throw function_not_found(given);
        if (before >= 2 && *(named - 2) != in.region) {
            throw refusal{"ResourceNotFoundException",
                          fmt::format("Functions from '{}' are not reachable in this region ('{}')",
                                      *(named - 2), in.region)};
        }
        at = named + 1;
    } else if (parts.size() > 1 && parts.front() == ground::account_id) {
        ++at;
    }
    const auto left = parts.end() - at;
    if (left > 2 || !is_name(*at) || (left == 2 && !is_qualifier(*(at + 1)))) refuse_name(given);
    return {*at, left == 2 ? *(at + 1) : ""};
}

function_name existing(const call& in, function_name named) {
    rows found = in.db.query("select 1 from function where arn = ?", named.arn);
    if (!found.next()) throw function_not_found(named.qualified_arn());
    return named;
}

} // namespace

std::string arn_of(const call& in, std::string_view name) {
    return fmt::format("arn:aws:lambda:{}:{}:function:{}", in.region, ground::account_id, name);
}

bool is_qualifier(std::string_view text) {
    return text == "$LATEST.PUBLISHED" || (!text.empty() && std::ranges::all_of(text, [](char c) {
               return c == '$' || is_name({&c, 1});
           }));
}

refusal function_not_found(std::string_view arn) {
    return {"ResourceNotFoundException", fmt::format("Function not found: {}", arn)};
}

function_name named_function(const call& in) {
    name_parts parts = parse_name(in, text_of(in.input, "FunctionName"));
    if (const auto given = optional_text(in.input, "Qualifier")) {
        if (!parts.qualifier.empty() && parts.qualifier != *given)
            throw invalid_parameter_value(
                "The derived qualifier from the function name does not match the specified qualifier.");
        parts.qualifier = *given;
    }
    function_name out{arn_of(in, parts.name), parts.qualifier};
    const auto version = version_of(in.db, out.arn, out.qualifier);
    if (!version) throw function_not_found(out.qualified_arn());
    out.version = *version;
    return out;
}

function_name existing_function(const call& in) {
    return existing(in, named_function(in));
}

std::string unqualified_function(const call& in, std::string_view otherwise) {
    const std::string given = text_of(in.input, in.input.contains("Resource") ? "Resource" : "FunctionName");
    const name_parts parts = parse_name(in, given);
    if (!parts.qualifier.empty()) throw invalid_parameter_value(std::string{otherwise});
    return existing(in, {arn_of(in, parts.name)}).arn;
}

std::string revision_of(const call& in, const function_name& name) {
    const bool is_whole = name.qualifier.empty() || name.is_latest();
    const bool is_alias = !is_whole && name.version != name.qualifier;
    rows found =
        is_whole ? in.db.query("select revision from function where arn = ?", name.arn)
        : is_alias
            ? in.db.query("select revision from function_alias where arn = ? and name = ?", name.arn,
                          name.qualifier)
            : in.db.query("select revision from function_version where arn = ? and cast(version as text) = ?",
                          name.arn, name.version);
    if (!found.next()) throw function_not_found(name.qualified_arn());
    return found.text(0);
}

void check_revision(const call& in, const function_name& name, const std::optional<std::string>& wanted,
                    std::string_view operation) {
    const std::string revision = revision_of(in, name);
    if (!wanted || wanted->empty() || *wanted == revision) return;
    throw refusal{
        "PreconditionFailedException",
        fmt::format("The Revision Id provided does not match the latest Revision Id. Call the {} API "
                    "to retrieve the latest Revision Id",
                    operation)};
}

} // namespace cruddur::cloud::lambda
