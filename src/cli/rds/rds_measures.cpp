#include "aws/monitoring.hpp"
#include "cli/ground/output.hpp"
#include "cli/rds/rds.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/ostream.h>

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <iostream>
#include <map>

namespace cruddur::cli::rds {
namespace {

namespace json = boost::json;

constexpr std::size_t bar_cells = 24;
constexpr std::size_t text_cells_max = 100; // of a statement, on a terminal
constexpr std::chrono::minutes measured{15};

// What the load is told apart by: Performance Insights' group, and how a value of it is shown.
struct dimension {
    const char* heading;
    aws::load_dimensions apart; // the last dimension that is known is shown
};
const std::map<std::string, dimension> dimensions{
    {"wait", {"waited for", {"db.wait_event", {"db.wait_event.type", "db.wait_event.name"}}}},
    {"sql", {"statement", {"db.sql_tokenized", {"db.sql_tokenized.id", "db.sql_tokenized.statement"}}}},
    {"host", {"host", {"db.host", {"db.host.id", "db.host.name"}}}},
    {"user", {"user", {"db.user", {"db.user.name"}}}},
    {"database", {"database", {"db", {"db.name"}}}}};

struct load_options : rds_options {
    std::string by = "wait";
    std::int64_t minutes = 60;
    std::int64_t limit = 10;
};

std::string time_text(std::int64_t at_s) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(at_s)));
}

// On a line of its own, whatever blanks there are in it.
std::string one_line(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
        if (!blank)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    return out;
}

// The text's first characters, which may be of several bytes each.
std::string shortened(const std::string& text, std::size_t cells) {
    std::size_t seen = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
        if (begins && ++seen > cells) return text.substr(0, at) + "…";
    }
    return text;
}

std::string bar(double value, double most) {
    std::string out;
    const auto cells = static_cast<std::size_t>(std::lround(value / most * static_cast<double>(bar_cells)));
    for (std::size_t at = 0; at < std::max<std::size_t>(cells, 1); ++at)
        out += "█";
    return out;
}

std::string value_of(const aws::load_key& key, const dimension& shown) {
    std::string out = "-";
    for (const std::string_view name : shown.apart.dimensions) {
        const auto found = key.dimensions.find(std::string{name});
        if (found != key.dimensions.end()) out = one_line(found->second);
    }
    const auto type = key.dimensions.find("db.wait_event.type");
    return type == key.dimensions.end() || type->second == out ? out : type->second + ":" + out;
}

void print_json(const load_options& options, const aws::time_range& range, const aws::database_load& load) {
    json::array keys;
    for (const auto& each : load.keys) {
        json::object of;
        for (const auto& [name, value] : each.dimensions)
            of[name] = value;
        keys.push_back(json::object{{"average_sessions", each.sessions}, {"dimensions", std::move(of)}});
    }
    json::array points;
    for (const auto& each : load.points)
        points.push_back(json::object{{"time", time_text(each.at_s)}, {"average_sessions", each.sessions}});
    std::cout << json::serialize(json::object{{"identifier", options.identifier},
                                              {"begin", time_text(range.begin_s)},
                                              {"end", time_text(range.end_s)},
                                              {"average_sessions", load.sessions},
                                              {"by", options.by},
                                              {"keys", std::move(keys)},
                                              {"points", std::move(points)}})
              << '\n';
}

void print_table(const load_options& options, const aws::database_load& load) {
    const bool terminal = ::isatty(STDOUT_FILENO) != 0;
    const dimension& shown = dimensions.at(options.by);
    const auto busiest = std::ranges::max_element(load.points, {}, &aws::load_point::sessions);
    fmt::print(std::cout, "{}: {:.2f} sessions active on average in {}, {:.2f} at most, at {}\n",
               options.identifier, load.sessions, ground::duration_text(options.minutes * 60),
               busiest->sessions, time_text(busiest->at_s));
    std::vector<std::string> names{"load", "share"};
    if (terminal) names.emplace_back("");
    names.emplace_back(shown.heading);
    std::vector<std::vector<std::string>> rows;
    for (const auto& each : load.keys) {
        std::vector<std::string> row{fmt::format("{:.3f}", each.sessions),
                                     fmt::format("{:.0f} %", each.sessions / load.sessions * 100)};
        if (terminal) row.push_back(bar(each.sessions, load.keys.front().sessions));
        const std::string value = value_of(each, shown);
        row.push_back(terminal ? shortened(value, text_cells_max) : value);
        rows.push_back(std::move(row));
    }
    std::cout << ground::table(names, rows);
}

exit_code insights(rds_context& in, const load_options& options) {
    const auto instance = need(aws::describe_instance(in.by, options.identifier));
    const auto range = aws::time_range::last(std::chrono::minutes{options.minutes});
    auto load = need(aws::read_load(in.by, instance, dimensions.at(options.by).apart, range, options.limit));
    std::erase_if(load.keys, [](const aws::load_key& each) { return each.sessions <= 0; });
    if (options.json) {
        print_json(options, range, load);
    } else if (load.keys.empty() || load.points.empty() || load.sessions <= 0) {
        say(fmt::format("No session was seen active in {}.", ground::duration_text(options.minutes * 60)));
    } else {
        print_table(options, load);
    }
    return exit_code::done;
}

std::string value_text(const aws::metric_value& of) {
    for (const std::string_view of_bytes : {"Space", "Memory", "SwapUsage", "DiskUsage"}) {
        if (of.name.ends_with(of_bytes)) return ground::size_text(std::llround(of.value));
    }
    return fmt::format("{:.6g}", of.value);
}

exit_code metrics(rds_context& in, const rds_options& options) {
    need(aws::describe_instance(in.by, options.identifier));
    const auto all = need(aws::read_metrics(in.by, options.identifier, aws::time_range::last(measured)));
    if (options.json) {
        json::array printed;
        for (const auto& each : all) {
            printed.push_back(
                json::object{{"name", each.name}, {"value", each.value}, {"time", time_text(each.at_s)}});
        }
        std::cout << json::serialize(printed) << '\n';
        return exit_code::done;
    }
    std::vector<std::vector<std::string>> rows;
    rows.reserve(all.size());
    for (const auto& each : all)
        rows.push_back({each.name, value_text(each), time_text(each.at_s)});
    if (rows.empty())
        say(fmt::format("CloudWatch has nothing of it from the last {} minutes.", measured.count()));
    else
        std::cout << ground::table({"metric", "average", "of the minute"}, rows);
    return exit_code::done;
}

} // namespace

void add_rds_measures(CLI::App& rds, action& chosen) {
    const auto load = std::make_shared<load_options>();
    CLI::App* command = add_rds_command(
        rds, "insights", "Show its load, as Performance Insights has it: what its sessions waited for", *load,
        true, false);
    command->callback(chooses(chosen, load, insights));
    std::vector<std::string> names;
    names.reserve(dimensions.size());
    for (const auto& [name, of] : dimensions)
        names.push_back(name);
    constexpr std::int64_t minutes_max = 7 * 24 * 60; // as long as it is kept unless one pays for more
    constexpr std::int64_t keys_max = 25;             // of one answer
    command->add_option("--by", load->by, "Tell it apart by this")
        ->capture_default_str()
        ->check(CLI::IsMember(names));
    command->add_option("--minutes", load->minutes, "Of so many minutes")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{1}, minutes_max));
    command->add_option("--limit", load->limit, "So many lines at most")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{1}, keys_max));

    const auto asked = std::make_shared<rds_options>();
    add_rds_command(rds, "metrics", "Show the latest value of each of its metrics", *asked, true, false)
        ->callback(chooses(chosen, asked, metrics));
}

} // namespace cruddur::cli::rds
