#include "aws/audit.hpp"

#include "aws/audit_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cruddur::aws {

namespace {

// One that was refused is known to have been asked; all else ends the audit.
void make(audit_context& in, const audit_check& check) {
    const std::size_t findings = in.report.findings.size();
    try {
        check.look(in);
    } catch (const error_exception& failed) {
        const error& why = failed.why();
        if (why.kind != failure::refused) throw;
        in.report.gaps.push_back(
            {std::string{check.name}, fmt::format("{} ({}, {})", why.message, why.code, why.operation)});
        return;
    }
    if (in.report.findings.size() == findings) in.report.passed.emplace_back(check.name);
}

} // namespace

std::vector<pugi::xml_node> audit_context::instances() const {
    const auto all = kept_.children();
    return {all.begin(), all.end()};
}

void audit_context::keep_instance(pugi::xml_node described) {
    kept_.append_copy(described);
    report.instances.emplace_back(described.child_value("DBInstanceIdentifier"));
}

void audit_context::find(std::string check, std::string subject, std::string what, std::string meaning,
                         std::vector<std::string> commands) {
    report.findings.push_back(
        {std::move(check), std::move(subject), std::move(what), std::move(meaning), std::move(commands)});
}

answer audit_context::call(const service& which, std::string_view action, const parameters& input) {
    auto done = by.call(which, action, input);
    if (!done) throw error_exception{done.error()};
    return std::move(*done);
}

boost::json::object audit_context::call_json(const service& which, std::string_view target,
                                             std::string_view action, const boost::json::object& input) {
    if (!keys_) {
        auto found = find_credentials(by.how());
        if (!found) throw error_exception{found.error()};
        keys_ = std::move(*found);
    }
    auto done = aws::call_json(by.how(), *keys_, which, target, action, input);
    if (!done) throw error_exception{done.error()};
    return std::move(*done);
}

result<audit_report> audit(client& by, const std::string& instance) {
    audit_context in{by};
    in.report.region = by.how().region;
    try {
        parameters input;
        if (!instance.empty()) input.emplace_back("DBInstanceIdentifier", instance);
        const auto listed = by.pages(rds_service, "DescribeDBInstances", input, [&](pugi::xml_node page) {
            for (const pugi::xml_node each : page.child("DBInstances").children())
                in.keep_instance(each);
        });
        const bool may_look = static_cast<bool>(listed);
        if (!may_look &&
            (listed.error().kind != failure::refused || listed.error().code == "DBInstanceNotFound"))
            return listed.error();
        for (const audit_check& each : instance_checks()) {
            if (may_look) {
                make(in, each);
            } else {
                in.report.gaps.push_back(
                    {std::string{each.name}, fmt::format("{} ({}, rds:DescribeDBInstances)",
                                                         listed.error().message, listed.error().code)});
            }
        }
        for (const audit_check& each : account_checks(by))
            make(in, each);
    } catch (const error_exception& failed) {
        return failed.why();
    }
    return std::move(in.report);
}

} // namespace cruddur::aws
