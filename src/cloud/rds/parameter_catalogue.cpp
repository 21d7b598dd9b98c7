#include "cloud/rds/parameter_catalogue.hpp"

#include "cloud/fleet/instance_settings.hpp"
#include "cloud/ground/refusal.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace cruddur::cloud::rds {

namespace {

constexpr int force_ssl_since = 15; // the first major version that has it on by default

// What is RDS's to decide, and not the account's: where files are, how it is reached, replicated and
// archived, and what keeps data safe.
constexpr std::array<std::string_view, 10> fixed_categories = {
    "File Locations",
    "Connections and Authentication / Connection Settings",
    "Connections and Authentication / SSL",
    "Write-Ahead Log / Archiving",
    "Write-Ahead Log / Archive Recovery",
    "Write-Ahead Log / Recovery Target",
    "Replication / Primary Server",
    "Replication / Standby Servers",
    "Process Title",
    "Error Handling"};
constexpr std::array<std::string_view, 12> open_in_them = {"exit_on_error",
                                                           "hot_standby_feedback",
                                                           "max_connections",
                                                           "max_standby_archive_delay",
                                                           "max_standby_streaming_delay",
                                                           "ssl_ciphers",
                                                           "ssl_max_protocol_version",
                                                           "ssl_min_protocol_version",
                                                           "tcp_keepalives_count",
                                                           "tcp_keepalives_idle",
                                                           "tcp_keepalives_interval",
                                                           "update_process_title"};
constexpr std::array<std::string_view, 26> fixed_names = {"config_file",
                                                          "db_user_namespace",
                                                          "dynamic_library_path",
                                                          "dynamic_shared_memory_type",
                                                          "event_source",
                                                          "fsync",
                                                          "full_page_writes",
                                                          "jit_provider",
                                                          "krb_caseins_users",
                                                          "krb_server_keyfile",
                                                          "lc_messages",
                                                          "local_preload_libraries",
                                                          "log_directory",
                                                          "log_file_mode",
                                                          "log_timezone",
                                                          "log_truncate_on_rotation",
                                                          "logging_collector",
                                                          "max_wal_senders",
                                                          "max_replication_slots",
                                                          "shared_memory_type",
                                                          "syslog_facility",
                                                          "syslog_ident",
                                                          "syslog_sequence_numbers",
                                                          "syslog_split_messages",
                                                          "wal_level",
                                                          "wal_sync_method"};

template<class Names>
bool is_one_of(const Names& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

bool is_fixed(const engine_setting& what) {
    if (is_one_of(open_in_them, what.name)) return false;
    return is_one_of(fixed_names, what.name) || is_one_of(fixed_categories, what.category);
}

std::string data_type_of(const engine_setting& what) {
    if (what.type == "bool") return "boolean";
    if (what.type == "real") return "float";
    return what.type == "integer" ? "integer" : "string";
}

std::string allowed_values_of(const engine_setting& what) {
    if (what.type == "bool") return "0,1";
    if (what.type == "enum") return what.choices;
    return what.min.empty() ? "" : fmt::format("{}-{}", what.min, what.max);
}

parameter of_engine(const engine_setting& told) {
    parameter out{.name = told.name,
                  .value = told.value,
                  .source = "engine-default",
                  .data_type = data_type_of(told),
                  .allowed_values = allowed_values_of(told),
                  .description = told.description,
                  .is_static = told.context == "postmaster",
                  .is_modifiable = !is_fixed(told)};
    if (told.type == "bool") out.value = told.value == "on" ? "1" : "0";
    if (!told.unit.empty()) out.description = fmt::format("({}) {}", told.unit, told.description);
    return out;
}

parameter& at(parameter_catalogue& in, const std::string& name) {
    const auto found = std::ranges::find(in, name, &parameter::name);
    return found == in.end() ? in.emplace_back(parameter{.name = name}) : *found;
}

// RDS's own, and what it has of PostgreSQL's in its own way.
void add_rds_own(parameter_catalogue& to, int major, const std::vector<std::string>& libraries,
                 const std::vector<std::string>& extensions) {
    at(to, "rds.force_ssl") = {.name = "rds.force_ssl",
                               .value = major >= force_ssl_since ? "1" : "0",
                               .source = "system",
                               .data_type = "boolean",
                               .allowed_values = "0,1",
                               .description = "Force SSL connections.",
                               .is_modifiable = true};
    at(to, "rds.extensions") = {.name = "rds.extensions",
                                .value = fmt::format("{}", fmt::join(extensions, ",")),
                                .source = "system",
                                .data_type = "list",
                                .description = "The extensions that RDS provides."};
    at(to,
       "rds.allowed_extensions") = {.name = "rds.allowed_extensions",
                                    .value = "*",
                                    .source = "system",
                                    .data_type = "list",
                                    .description = "The extensions that can be created; * is all of them.",
                                    .is_modifiable = true};
    at(to, "rds.log_retention_period") = {.name = "rds.log_retention_period",
                                          .value = "4320",
                                          .source = "system",
                                          .data_type = "integer",
                                          .allowed_values = "1440-10080",
                                          .description = "The minutes after which log files are deleted.",
                                          .is_modifiable = true};
    parameter& preloaded = at(to, "shared_preload_libraries");
    preloaded.data_type = "list";
    preloaded.allowed_values = fmt::format("{}", fmt::join(libraries, ","));
    parameter& file = at(to, "log_filename");
    file.allowed_values = "postgresql.log.%Y-%m-%d-%H,postgresql.log.%Y-%m-%d-%H%M";
}

std::optional<double> number_in(std::string_view text) {
    double out = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return out;
}

// A range is "6-8388607", and may begin below zero: "-1-100".
bool is_within(std::string_view range, double value) {
    const std::size_t dash = range.find('-', 1);
    const auto low = number_in(range.substr(0, dash));
    const auto high = dash == std::string_view::npos ? std::nullopt : number_in(range.substr(dash + 1));
    return low && high && value >= *low && value <= *high;
}

bool is_allowed(const parameter& what, const std::string& value) {
    const bool is_number = what.data_type == "integer" || what.data_type == "float";
    if (is_number && fleet::is_formula(value)) {
        constexpr std::int64_t some_memory = 1LL << 33;
        return fleet::evaluate_formula(value, {some_memory, 2, 100, 5432}).has_value();
    }
    if (is_number) {
        const auto number = number_in(value);
        const bool is_whole = value.find_first_of(".eE") == std::string::npos;
        return number && (is_whole || what.data_type == "float") && is_within(what.allowed_values, *number);
    }
    if (value.find_first_of(std::string_view{"\n\r\0", 3}) != std::string::npos) return false;
    if (what.allowed_values.empty()) return true;
    std::vector<std::string> known;
    boost::split(known, what.allowed_values, boost::is_any_of(","));
    std::vector<std::string> given{value};
    if (what.data_type == "list") boost::split(given, value, boost::is_any_of(","));
    return std::ranges::all_of(given, [&](const std::string& one) {
        return one.empty() || is_one_of(known, boost::trim_copy(one));
    });
}

} // namespace

fleet::name_values system_defaults(int major) {
    fleet::name_values out{
        // As many as RDS gives that memory, bounded by what one machine bears, and shared_buffers so that
        // twenty instances fit on one.
        {"max_connections", "LEAST({DBInstanceClassMemory/9531392},200)"},
        {"shared_buffers", "LEAST({DBInstanceClassMemory/32768},2048)"},
        {"effective_cache_size", "{DBInstanceClassMemory/16384}"},
        {"maintenance_work_mem", "GREATEST({DBInstanceClassMemory*1024/63963136},65536)"},
        {"shared_preload_libraries", "pg_stat_statements"},
        {"max_wal_size", "256"},
        {"min_wal_size", "32"},
        {"max_parallel_workers_per_gather", "0"}};
    if (major > 0) out.emplace_back("rds.force_ssl", major >= force_ssl_since ? "1" : "0");
    return out;
}

parameter_catalogue catalogue_of(const std::vector<engine_setting>& settings, int major,
                                 const std::vector<std::string>& libraries,
                                 const std::vector<std::string>& extensions) {
    parameter_catalogue out;
    out.reserve(settings.size() + 4);
    for (const engine_setting& each : settings)
        out.push_back(of_engine(each));
    add_rds_own(out, major, libraries, extensions);
    for (const auto& [name, value] : system_defaults(major)) {
        if (name == "shared_preload_libraries" && !is_one_of(libraries, value)) continue;
        parameter& what = at(out, name);
        what.value = value;
        what.source = "system";
    }
    std::ranges::sort(out, {}, &parameter::name);
    return out;
}

const parameter* find_parameter(const parameter_catalogue& in, std::string_view name) {
    const auto found = std::ranges::lower_bound(
        in, name, {}, [](const parameter& each) -> std::string_view { return each.name; });
    return found == in.end() || found->name != name ? nullptr : &*found;
}

void check_parameter(const parameter& what, const std::string& value) {
    if (!what.is_modifiable) {
        throw ground::refusal{"InvalidParameterValue",
                              fmt::format("The parameter {} cannot be modified.", what.name)};
    }
    if (is_allowed(what, value)) return;
    throw ground::refusal{
        "InvalidParameterValue",
        fmt::format("Invalid parameter value: {} for: {} allowed values are: {}", value, what.name,
                    what.allowed_values.empty() ? "one line of text" : what.allowed_values)};
}

std::vector<engine_setting> kept_settings(ground::state& db, const std::string& version) {
    std::vector<engine_setting> out;
    ground::rows all = db.query("select name, context, type, unit, min, max, choices, value, description, "
                                "category from db_engine_setting where version = ? order by name",
                                version);
    while (all.next()) {
        out.push_back({all.text(0), all.text(1), all.text(2), all.text(3), all.text(4), all.text(5),
                       all.text(6), all.text(7), all.text(8), all.text(9)});
    }
    return out;
}

void keep_settings(ground::state& db, const std::string& version, const std::vector<engine_setting>& told) {
    db.run("delete from db_engine_setting where version = ?", version);
    for (const engine_setting& each : told) {
        db.run("insert into db_engine_setting (version, name, context, type, unit, min, max, choices, value, "
               "description, category) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               version, each.name, each.context, each.type, each.unit, each.min, each.max, each.choices,
               each.value, each.description, each.category);
    }
}

} // namespace cruddur::cloud::rds
