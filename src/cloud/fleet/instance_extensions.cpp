#include "cloud/fleet/instance_extensions.hpp"

#include "cloud/fleet/instance_settings.hpp"
#include "cluster/files.hpp"
#include "cluster/installation.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

namespace cruddur::cloud::fleet {

namespace {

using std::filesystem::path;

// The extensions that RDS lets its master user create, and PostgreSQL a superuser alone. Trusted, their
// scripts are run as the superuser, and what they make is the superuser's, as in RDS.
constexpr std::array<std::string_view, 44> trusted_extensions = {"address_standardizer",
                                                                 "address_standardizer_data_us",
                                                                 "amcheck",
                                                                 "autoinc",
                                                                 "bloom",
                                                                 "dblink",
                                                                 "dict_xsyn",
                                                                 "earthdistance",
                                                                 "h3",
                                                                 "hll",
                                                                 "hypopg",
                                                                 "insert_username",
                                                                 "intagg",
                                                                 "ip4r",
                                                                 "moddatetime",
                                                                 "old_snapshot",
                                                                 "orafce",
                                                                 "pg_buffercache",
                                                                 "pg_cron",
                                                                 "pg_freespacemap",
                                                                 "pg_hint_plan",
                                                                 "pg_partman",
                                                                 "pg_prewarm",
                                                                 "pg_repack",
                                                                 "pg_similarity",
                                                                 "pg_stat_statements",
                                                                 "pg_visibility",
                                                                 "pg_walinspect",
                                                                 "pgaudit",
                                                                 "pgrouting",
                                                                 "pgrowlocks",
                                                                 "pgstattuple",
                                                                 "plprofiler",
                                                                 "postgis",
                                                                 "postgis_raster",
                                                                 "postgis_tiger_geocoder",
                                                                 "postgis_topology",
                                                                 "postgres_fdw",
                                                                 "prefix",
                                                                 "rdkit",
                                                                 "refint",
                                                                 "sslinfo",
                                                                 "vector",
                                                                 "xml2"};

constexpr std::array<std::string_view, 10> preloadable = {
    "auto_explain",       "orafce",  "pg_cron",   "pg_hint_plan", "pg_prewarm", "pg_repack", "pg_similarity",
    "pg_stat_statements", "pgaudit", "plprofiler"};

// Where an installation may have what is beside its programs: Debian's, and those that are one folder.
std::vector<path> beside(const path& programs, int major, std::string_view kind) {
    if (kind == "lib") return {programs / "../lib", programs / "../lib/postgresql"};
    return {programs / "../share/extension", programs / "../share/postgresql/extension",
            programs / "../../../../share/postgresql" / std::to_string(major) / "extension"};
}

// The newest of that major version is the one that runs.
std::vector<path> folders(int major, const path& engines, std::string_view kind) {
    for (const auto& one : cluster::find_installations(engines)) {
        if (one.major == major) return beside(one.programs, major, kind);
    }
    return {};
}

bool is_allowed(const std::vector<std::string>& allowed, const std::string& name) {
    return std::ranges::any_of(allowed, [&](const std::string& each) { return each == "*" || each == name; });
}

// PostgreSQL's own word for it, in the extension's control file.
bool is_for_all(const path& control) {
    std::istringstream lines{cluster::read_file(control)};
    for (std::string line; std::getline(lines, line);) {
        std::erase_if(line, [](unsigned char c) { return std::isspace(c) != 0; });
        if (line.starts_with("trusted=true") || line.starts_with("superuser=false")) return true;
    }
    return false;
}

template<class Wanted>
std::vector<std::string> extensions_that(int major, const path& engines, Wanted wanted) {
    std::vector<std::string> out;
    for (const path& folder : folders(major, engines, "share")) {
        std::error_code missing;
        for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
            if (entry.path().extension() == ".control" && wanted(entry.path()))
                out.push_back(entry.path().stem().string());
        }
    }
    std::ranges::sort(out);
    const auto twice = std::ranges::unique(out);
    out.erase(twice.begin(), twice.end());
    return out;
}

} // namespace

std::vector<std::string> installed_extensions(int major, const path& engines) {
    return extensions_that(major, engines, [](const path&) { return true; });
}

std::vector<std::string> offered_extensions(int major, const path& engines) {
    return extensions_that(major, engines, [](const path& control) {
        const auto& ours = trusted_extensions;
        return std::ranges::find(ours, control.stem().string()) != ours.end() || is_for_all(control);
    });
}

std::vector<std::string> preload_libraries(int major, const path& engines) {
    std::vector<std::string> out;
    const auto where = folders(major, engines, "lib");
    for (const std::string_view name : preloadable) {
        for (const path& folder : where) {
            if (!std::filesystem::exists(folder / fmt::format("{}.so", name))) continue;
            out.emplace_back(name);
            break;
        }
    }
    return out;
}

std::vector<std::pair<std::string, std::string>> extension_additions(const instance_spec& spec) {
    std::vector<std::pair<std::string, std::string>> out;
    out.reserve(trusted_extensions.size() + 1);
    std::vector<std::string> allowed{"*"};
    if (const std::string named = value_of(spec.settings, "rds.allowed_extensions"); !named.empty())
        boost::split(allowed, named, boost::is_any_of(","));
    for (std::string& each : allowed)
        boost::trim(each);
    for (const std::string_view name : trusted_extensions) {
        if (is_allowed(allowed, std::string{name}))
            out.emplace_back(fmt::format("{}.control", name), "\ntrusted = true\n");
    }
    // One that is not allowed becomes a superuser's own.
    for (const std::string& name : installed_extensions(spec.server_major, spec.engines)) {
        if (!is_allowed(allowed, name))
            out.emplace_back(name + ".control", "\nsuperuser = true\ntrusted = false\n");
    }
    out.emplace_back(
        "postgres_fdw--1.0.sql",
        "\ngrant usage on foreign data wrapper postgres_fdw to rds_superuser with grant option;\n");
    return out;
}

} // namespace cruddur::cloud::fleet
