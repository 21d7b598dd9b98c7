#include "aws/rds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace cruddur::aws {
namespace {

constexpr std::size_t parameters_of_a_call = 20; // as many as AWS takes

// Sends them in as many calls as that takes.
result<void> change(client& by, std::string_view action, const std::string& group,
                    const std::vector<db_parameter>& all, bool with_values) {
    for (std::size_t begin = 0; begin < all.size(); begin += parameters_of_a_call) {
        parameters input{{"DBParameterGroupName", group}};
        for (std::size_t at = begin; at < std::min(all.size(), begin + parameters_of_a_call); ++at) {
            const std::string member = fmt::format("Parameters.Parameter.{}.", at - begin + 1);
            input.emplace_back(member + "ParameterName", all[at].name);
            if (with_values) input.emplace_back(member + "ParameterValue", all[at].value);
            input.emplace_back(member + "ApplyMethod", all[at].is_static ? "pending-reboot" : "immediate");
        }
        if (auto done = by.call(rds_service, action, input); !done) return done.error();
    }
    return {};
}

} // namespace

result<std::vector<db_event>> describe_events(client& by, const std::string& identifier,
                                              std::int64_t minutes) {
    std::vector<db_event> all;
    auto done = by.pages(rds_service, "DescribeEvents",
                         {{"SourceType", "db-instance"},
                          {"SourceIdentifier", identifier},
                          {"Duration", std::to_string(minutes)}},
                         [&](pugi::xml_node page) {
                             for (const pugi::xml_node one : page.child("Events").children())
                                 all.push_back({one.child_value("Date"), one.child_value("Message")});
                         });
    if (!done) return done.error();
    std::ranges::sort(all, {}, [](const db_event& one) { return std::tie(one.time, one.message); });
    return all;
}

result<std::vector<log_file>> describe_log_files(client& by, const std::string& identifier) {
    std::vector<log_file> all;
    auto done = by.pages(
        rds_service, "DescribeDBLogFiles", {{"DBInstanceIdentifier", identifier}}, [&](pugi::xml_node page) {
            for (const pugi::xml_node one : page.child("DescribeDBLogFiles").children()) {
                all.push_back({one.child_value("LogFileName"), one.child("LastWritten").text().as_llong(),
                               one.child("Size").text().as_llong()});
            }
        });
    if (!done) return done.error();
    // Two of a second are told apart by their names, which hold the hour.
    std::ranges::sort(all, {}, [](const log_file& one) { return std::pair{one.written_ms, one.name}; });
    return all;
}

result<log_part> read_log(client& by, const std::string& identifier, const std::string& file,
                          const std::string& marker, std::int64_t lines) {
    parameters input{{"DBInstanceIdentifier", identifier}, {"LogFileName", file}};
    if (marker.empty())
        input.emplace_back("NumberOfLines", std::to_string(lines));
    else
        input.emplace_back("Marker", marker);
    auto done = by.call(rds_service, "DownloadDBLogFilePortion", input);
    if (!done) return done.error();
    const pugi::xml_node part = done->result();
    return log_part{part.child_value("LogFileData"), part.child_value("Marker"),
                    !part.child("AdditionalDataPending").text().as_bool()};
}

result<std::vector<db_parameter>> describe_parameters(client& by, const std::string& group, bool own) {
    std::vector<db_parameter> all;
    parameters input{{"DBParameterGroupName", group}};
    if (own) input.emplace_back("Source", "user");
    auto done = by.pages(rds_service, "DescribeDBParameters", input, [&](pugi::xml_node page) {
        for (const pugi::xml_node one : page.child("Parameters").children()) {
            all.push_back({.name = one.child_value("ParameterName"),
                           .value = one.child_value("ParameterValue"),
                           .allowed = one.child_value("AllowedValues"),
                           .description = one.child_value("Description"),
                           .is_static = std::string_view{one.child_value("ApplyType")} == "static",
                           .is_set = std::string_view{one.child_value("Source")} == "user"});
        }
    });
    if (!done) return done.error();
    std::ranges::sort(all, {}, &db_parameter::name);
    return all;
}

result<void> set_parameters(client& by, const std::string& group, const std::vector<db_parameter>& all) {
    return change(by, "ModifyDBParameterGroup", group, all, true);
}

result<void> reset_parameters(client& by, const std::string& group, const std::vector<db_parameter>& all) {
    return change(by, "ResetDBParameterGroup", group, all, false);
}

result<db_instance> give_parameter_group(client& by, const db_instance& to, const std::string& name) {
    const std::string family =
        to.parameter_group.substr(to.parameter_group.find('.') + 1); // default.postgres15
    auto made = by.call(rds_service, "CreateDBParameterGroup",
                        {{"DBParameterGroupName", name},
                         {"DBParameterGroupFamily", family},
                         {"Description", "The parameters of " + to.identifier}});
    if (!made && !made.error().code.starts_with("DBParameterGroupAlreadyExists")) return made.error();
    auto given = by.call(rds_service, "ModifyDBInstance",
                         {{"DBInstanceIdentifier", to.identifier}, {"DBParameterGroupName", name}});
    if (!given) return given.error();
    return describe_instance(by, to.identifier);
}

} // namespace cruddur::aws
