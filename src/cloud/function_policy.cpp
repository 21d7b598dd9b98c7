#include "cloud/function_policy.hpp"

#include "cloud/identifiers.hpp"
#include "cloud/invoker.hpp"
#include "cloud/json_protocol.hpp"
#include "cloud/state.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <fnmatch.h>

namespace cruddur::cloud {

namespace {

namespace json = boost::json;

bool holds(const json::object& condition, const invocation_source& from) {
    if (const auto* like = find_object(condition, "ArnLike");
        like != nullptr &&
        ::fnmatch(text_of(*like, "AWS:SourceArn").c_str(), from.arn.c_str(), FNM_NOESCAPE) != 0)
        return false;
    const auto* equals = find_object(condition, "StringEquals");
    return equals == nullptr || text_of(*equals, "AWS:SourceAccount") == account_id;
}

bool allows(const json::object& statement, const invocation_source& from) {
    const std::string action = text_of(statement, "Action");
    if (action != "lambda:InvokeFunction" && action != "lambda:*" && action != "*") return false;
    const std::string who = text_of(statement.at("Principal").as_object(), "Service");
    if (who != from.service && who != "*") return false;
    const auto* condition = find_object(statement, "Condition");
    return condition == nullptr || holds(*condition, from);
}

} // namespace

bool may_invoke(state& db, const std::string& function_arn, const invocation_source& from) {
    rows all = db.query("select statement from function_permission where arn = ?", function_arn);
    while (all.next()) {
        if (allows(json::parse(all.text(0)).as_object(), from)) return true;
    }
    return false;
}

} // namespace cruddur::cloud
