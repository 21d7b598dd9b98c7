#include "cloud/iam/policy_document.hpp"

#include "cloud/iam/policy_conditions.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
namespace cruddur::cloud::iam {

namespace {

namespace json = boost::json;

constexpr const char* with_variables = "2012-10-17";
constexpr const char* without_variables = "2008-10-17";

[[noreturn]] void refuse_syntax() {
    throw malformed_policy{"Syntax errors in policy."};
}

bool is_known(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

// A text, or a list of texts.
std::vector<std::string> texts_of(const json::value& from) {
    std::vector<std::string> out;
    if (from.is_string()) {
        out.emplace_back(from.get_string());
        return out;
    }
    if (!from.is_array()) refuse_syntax();
    for (const json::value& each : from.get_array()) {
        if (!each.is_string()) refuse_syntax();
        out.emplace_back(each.get_string());
    }
    return out;
}

// What a condition compares with may also be written as a number or a boolean.
std::vector<std::string> values_of(const json::value& from) {
    std::vector<std::string> out;
    const auto add = [&](const json::value& each) {
        if (each.is_string())
            out.emplace_back(each.get_string());
        else if (each.is_number() || each.is_bool())
            out.push_back(json::serialize(each));
        else
            refuse_syntax();
    };
    if (!from.is_array()) {
        add(from);
        return out;
    }
    for (const json::value& each : from.get_array())
        add(each);
    return out;
}

class statement_reader {
public:
    explicit statement_reader(policy_use use)
        : use_{use} {}

    policy_statement read(const json::value& from) {
        if (!from.is_object()) refuse_syntax();
        const json::object& given = from.get_object();
        policy_statement out;
        for (const auto& [name, value] : given)
            check_name(name);
        read_sid(given);
        const json::value* const effect = given.if_contains("Effect");
        if (effect == nullptr || (*effect != "Allow" && *effect != "Deny")) refuse_syntax();
        out.allows = *effect == "Allow";
        read_principals(given, out);
        read_actions(given, out);
        read_resources(given, out);
        if (const json::value* const conditions = given.if_contains("Condition"))
            read_conditions(*conditions, out);
        return out;
    }

private:
    void check_name(std::string_view name) const {
        if (!is_known(name, {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource",
                             "NotResource", "Condition"})) {
            if (use_ == policy_use::trust) throw malformed_policy{fmt::format("Unknown field {}", name)};
            refuse_syntax();
        }
        if (use_ == policy_use::trust && is_known(name, {"Resource", "NotResource"}))
            throw malformed_policy{fmt::format("Has prohibited field {}", name)};
        if (use_ != policy_use::trust && is_known(name, {"Principal", "NotPrincipal"}))
            throw malformed_policy{"Policy document should not specify a principal."};
    }

    void read_sid(const json::object& given) {
        const json::value* const sid = given.if_contains("Sid");
        if (sid == nullptr) return;
        if (!sid->is_string()) refuse_syntax();
        const std::string_view text = sid->get_string();
        const bool is_plain = std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0; });
        if (!is_plain && use_ != policy_use::trust) {
            throw malformed_policy{"Statement IDs (SID) must be alpha-numeric. Check that your input "
                                   "satisfies the regular expression [0-9A-Za-z]*"};
        }
        if (!text.empty() && !sids_.emplace(text).second)
            throw malformed_policy{"Statement IDs (SID) in a single policy must be unique."};
    }

    void read_principals(const json::object& given, policy_statement& out) const {
        if (use_ != policy_use::trust) return;
        out.not_principals = given.contains("NotPrincipal");
        const json::value* const named = given.if_contains(out.not_principals ? "NotPrincipal" : "Principal");
        if (named == nullptr) throw malformed_policy{"Missing required field Principal"};
        if (named->is_string()) {
            if (*named != "*") throw malformed_policy{"Invalid principal in policy"};
            out.principals.emplace_back("AWS", "*");
            return;
        }
        if (!named->is_object()) refuse_syntax();
        for (const auto& [kind, value] : named->get_object()) {
            if (!is_known(kind, {"AWS", "Service", "Federated", "CanonicalUser"}))
                throw malformed_policy{
                    fmt::format("Invalid principal in policy: \"{}\"", std::string_view{kind})};
            for (std::string& each : texts_of(value))
                out.principals.emplace_back(std::string{kind}, std::move(each));
        }
    }

    void read_actions(const json::object& given, policy_statement& out) const {
        out.not_actions = given.contains("NotAction");
        if (out.not_actions && given.contains("Action")) refuse_syntax();
        const json::value* const named = given.if_contains(out.not_actions ? "NotAction" : "Action");
        if (named != nullptr) out.actions = texts_of(*named);
        if (out.actions.empty()) {
            throw malformed_policy{use_ == policy_use::trust ? "Missing required field Action"
                                                             : "Policy statement must contain actions."};
        }
        for (const std::string& each : out.actions)
            check_action(each);
    }

    void check_action(std::string_view action) const {
        if (action == "*") return;
        const auto colon = action.find(':');
        if (colon == std::string_view::npos || colon == 0) {
            throw malformed_policy{
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."};
        }
        const std::string_view vendor = action.substr(0, colon);
        const bool is_name =
            std::ranges::all_of(vendor, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
        if (!is_name) throw malformed_policy{fmt::format("Vendor {} is not valid", vendor)};
        if (use_ == policy_use::trust && vendor != "sts")
            throw malformed_policy{"AssumeRole policy may only specify STS AssumeRole actions."};
        if (action.find(':', colon + 1) != std::string_view::npos)
            throw malformed_policy{"Actions/Condition can contain only one colon."};
    }

    void read_resources(const json::object& given, policy_statement& out) const {
        if (use_ == policy_use::trust) return;
        out.not_resources = given.contains("NotResource");
        if (out.not_resources && given.contains("Resource")) refuse_syntax();
        const json::value* const named = given.if_contains(out.not_resources ? "NotResource" : "Resource");
        if (named != nullptr) out.resources = texts_of(*named);
        if (out.resources.empty()) throw malformed_policy{"Policy statement must contain resources."};
        for (const std::string& each : out.resources)
            check_resource(each);
    }

    static void check_resource(std::string_view resource) {
        if (resource == "*") return;
        const auto colon = resource.find(':');
        if (resource.substr(0, colon) != "arn" && resource.substr(0, colon) != "*") {
            throw malformed_policy{fmt::format("Resource {} must be in ARN format or \"*\".", resource)};
        }
        if (colon == std::string_view::npos)
            throw malformed_policy{"Resource vendor must be fully qualified and cannot contain regexes."};
        const std::string_view behind = resource.substr(colon + 1);
        const std::string_view partition = behind.substr(0, behind.find(':'));
        if (!is_known(partition, {"aws", "aws-cn", "aws-us-gov", "*"})) {
            throw malformed_policy{
                fmt::format("Partition \"{}\" is not valid for resource \"{}\".", partition, resource)};
        }
    }

    static void read_conditions(const json::value& from, policy_statement& out) {
        if (!from.is_object()) refuse_syntax();
        for (const auto& [test, lines] : from.get_object()) {
            if (!lines.is_object()) refuse_syntax();
            for (const auto& [key, values] : lines.get_object()) {
                policy_condition made = named_condition(test);
                made.key = key;
                made.values = values_of(values);
                if (made.key.find(':') == std::string::npos) {
                    throw malformed_policy{
                        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."};
                }
                check_values(made);
                out.conditions.push_back(std::move(made));
            }
        }
    }

    // "ForAllValues:StringEqualsIfExists"
    static policy_condition named_condition(std::string_view written) {
        policy_condition out;
        if (const auto colon = written.find(':'); colon != std::string_view::npos) {
            const std::string_view of = written.substr(0, colon);
            if (!is_known(of, {"ForAllValues", "ForAnyValue"})) refuse_syntax();
            out.of = of == "ForAnyValue" ? policy_condition::qualifier::any_value
                                         : policy_condition::qualifier::all_values;
            written.remove_prefix(colon + 1);
        }
        constexpr std::string_view suffix = "IfExists";
        out.if_exists = written.ends_with(suffix);
        if (out.if_exists) written.remove_suffix(suffix.size());
        if (!is_condition_test(written) || (out.if_exists && written == "Null")) refuse_syntax();
        out.test = written;
        return out;
    }

    policy_use use_;
    std::set<std::string, std::less<>> sids_;
};

} // namespace

policy_document read_policy(std::string_view text, policy_use use) {
    boost::system::error_code failed;
    const json::value parsed = json::parse(text, failed);
    if (failed || !parsed.is_object()) {
        throw malformed_policy{use == policy_use::trust ? "This policy contains invalid Json"
                                                        : "Syntax errors in policy."};
    }
    const json::object& given = parsed.get_object();
    policy_document out;
    for (const auto& [name, value] : given) {
        if (!is_known(name, {"Version", "Id", "Statement"})) refuse_syntax();
    }
    if (const json::value* const version = given.if_contains("Version")) {
        if (*version != with_variables && *version != without_variables)
            throw malformed_policy{"The policy must contain a valid version string"};
        out.has_variables = *version == with_variables;
    }
    const json::value* const statements = given.if_contains("Statement");
    if (statements == nullptr) refuse_syntax();
    statement_reader reader{use};
    if (!statements->is_array()) {
        out.statements.push_back(reader.read(*statements));
        return out;
    }
    for (const json::value& each : statements->get_array())
        out.statements.push_back(reader.read(each));
    if (out.statements.empty()) refuse_syntax();
    return out;
}

} // namespace cruddur::cloud::iam
