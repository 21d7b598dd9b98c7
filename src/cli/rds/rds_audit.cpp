#include "aws/audit.hpp"
#include "cli/rds/rds.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/ostream.h>

#include <iostream>

namespace cruddur::cli::rds {
namespace {

namespace json = boost::json;

struct audit_options : rds_options {
    std::string only; // this instance; "" for all
};

json::object json_of(const aws::audit_report& report) {
    json::array findings;
    for (const auto& each : report.findings) {
        findings.push_back(
            json::object{{"check", each.check},
                         {"subject", each.subject},
                         {"finding", each.what},
                         {"meaning", each.meaning},
                         {"commands", json::array(each.commands.begin(), each.commands.end())}});
    }
    json::array gaps;
    for (const auto& each : report.gaps)
        gaps.push_back(json::object{{"check", each.check}, {"why", each.why}});
    return {{"region", report.region},
            {"instances", json::array(report.instances.begin(), report.instances.end())},
            {"findings", std::move(findings)},
            {"not_checked", std::move(gaps)},
            {"passed", json::array(report.passed.begin(), report.passed.end())}};
}

void print(const aws::audit_report& report) {
    for (const auto& each : report.findings) {
        fmt::print(std::cout, "{}  {}: {}\n  means  {}\n  do     {}\n\n", each.check, each.subject, each.what,
                   each.meaning, fmt::join(each.commands, "\n         "));
    }
    for (const auto& each : report.gaps)
        fmt::print(std::cout, "{}  not checked: {}\n", each.check, each.why);
    if (!report.gaps.empty()) fmt::print(std::cout, "\n");
    fmt::print(std::cout, "passed  {}\n",
               report.passed.empty() ? "none" : fmt::format("{}", fmt::join(report.passed, " ")));
    fmt::print(std::cout, "{} in {}: {} findings, {} checks not made, {} passed\n",
               report.instances.empty() ? "no DB instance"
                                        : fmt::format("{}", fmt::join(report.instances, " ")),
               report.region, report.findings.size(), report.gaps.size(), report.passed.size());
}

// A check that could not be made is no clean bill.
exit_code code_of(const aws::audit_report& report) {
    if (!report.findings.empty()) return exit_code::findings;
    return report.gaps.empty() ? exit_code::done : exit_code::failed;
}

} // namespace

void add_rds_audit(CLI::App& rds, action& chosen) {
    auto options = std::make_shared<audit_options>();
    CLI::App* command =
        add_rds_command(rds, "audit", "Hold the account's DB instances against the practices for them",
                        *options, false, false);
    command->add_option("identifier", options->only, "This DB instance alone; all of the region without it");
    command->footer(
        "Each finding says what it means and which command mends it; nothing is changed. It ends with 0\n"
        "where nothing was found, with 5 where something was, and with 1 where nothing was found but the\n"
        "caller may not ask all that is to be checked.");
    command->callback([&chosen, options] {
        chosen = [options] {
            return run_rds(*options, [&](rds_context& in) {
                const aws::audit_report report = need(aws::audit(in.by, options->only));
                if (options->json)
                    std::cout << json::serialize(json_of(report)) << '\n';
                else
                    print(report);
                return code_of(report);
            });
        };
    });
}

} // namespace cruddur::cli::rds
