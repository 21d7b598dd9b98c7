#include "cli/db/db.hpp"
#include "cli/ground/output.hpp"
#include "content/counts.hpp"
#include "database/doctor.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/ostream.h>

#include <unistd.h>

#include <iostream>

namespace cruddur::cli::db {
namespace {

const char* word(database::check::state state) {
    switch (state) {
    case database::check::state::passed:
        return "ok";
    case database::check::state::failed:
        return "failed";
    case database::check::state::not_tried:
        break;
    }
    return "not tried";
}

void print_check(const database::check& one) {
    const bool colour = ground::coloured(STDOUT_FILENO);
    const char* before = !colour                                      ? ""
                         : one.what == database::check::state::passed ? "\033[32m"
                         : one.what == database::check::state::failed ? "\033[1;31m"
                                                                      : "\033[2m";
    fmt::print(std::cout, "{}{:<9}{}  {:<15}  {}\n", before, word(one.what), colour ? "\033[0m" : "",
               one.name, one.found);
    if (!one.mend.empty()) fmt::print(std::cout, "           {:<15}  {}\n", "→ mend it by", one.mend);
    std::cout.flush();
}

std::string told(const content::wrong_count& one) {
    return fmt::format("{} of {} {}: {} stands, {} counted", one.name, one.of, one.uuid, one.stands,
                       one.counted);
}

database::check check_of(database::environment where, const content::counts_found& found) {
    using state = database::check::state;
    const std::string looked_at =
        fmt::format("{} posts, {} people, {}", found.posts, found.people,
                    found.sees_messages ? fmt::format("{} conversations", found.conversations)
                                        : "no conversation, whose messages this user may not see");
    if (found.wrong == 0) return {"counts", state::passed, "those of the rows: " + looked_at, ""};
    std::string text = fmt::format("{} wrong, of {}", found.wrong, looked_at);
    for (const auto& one : found.named)
        text += "\n             " + told(one);
    if (found.wrong > static_cast<std::int64_t>(found.named.size())) text += "\n             and others";
    if (found.mended > 0)
        return {"counts", state::passed, fmt::format("mended what {} had: {}", found.mended, text), ""};
    return {"counts", state::failed, std::move(text),
            database::advice_for(where, "cruddur db doctor --mend")};
}

boost::json::object as_json(const content::counts_found& found) {
    boost::json::array wrong;
    for (const auto& one : found.named)
        wrong.emplace_back(boost::json::object{{"of", one.of},
                                               {"uuid", one.uuid},
                                               {"count", one.name},
                                               {"stands", one.stands},
                                               {"counted", one.counted}});
    return {{"posts", found.posts}, {"people", found.people}, {"conversations", found.conversations},
            {"wrong", found.wrong}, {"mended", found.mended}, {"first", std::move(wrong)}};
}

boost::json::object diagnosis_as_json(const database::diagnosis& found) {
    boost::json::array list;
    for (const auto& one : found.checks) {
        boost::json::object entry{{"step", one.name}, {"state", word(one.what)}, {"found", one.found}};
        if (!one.mend.empty()) entry["mend"] = one.mend;
        list.emplace_back(std::move(entry));
    }
    return {{"healthy", found.healthy()}, {"steps", std::move(list)}};
}

struct doctor_options {
    unsigned each_s = 5;
    bool mend = false;
};

database::result<exit_code> examine(const database::target& where, const db_options& options,
                                    const doctor_options& wanted) {
    const auto files = own_sql_files();
    if (!files) return files.error();
    const auto migrations = files->migrations();
    if (!migrations) return migrations.error();
    const bool json = options.json;
    if (!json) std::cout << where.url.redacted() << '\n';
    const auto heard = [json](const database::check& one) {
        if (!json) print_check(one);
    };
    auto found = database::examine(where, *migrations, std::chrono::seconds{wanted.each_s}, heard);
    database::check last{.name = "counts", .found = {}, .mend = {}};
    boost::json::value counts;
    if (found.healthy()) {
        const auto checked =
            content::check_counts(where, {.mend = wanted.mend, .confirm = confirmation_of(options)}, {});
        if (!checked) return checked.error();
        last = check_of(where.where, *checked);
        counts = as_json(*checked);
    }
    heard(last);
    found.checks.push_back(std::move(last));
    if (json) {
        auto all = diagnosis_as_json(found);
        if (!counts.is_null()) all["counts"] = std::move(counts);
        print_json(all);
    }
    if (found.healthy()) return exit_code::done;
    return found.reached ? exit_code::failed : exit_code::unreachable;
}

} // namespace

void add_db_doctor(CLI::App& db, action& chosen) {
    auto options = std::make_shared<db_options>();
    auto wanted = std::make_shared<doctor_options>();
    auto& command = add_db_command(
        db, "doctor", "Try each step of the way to the database, and say which one fails and what mends it",
        "Examples:\n"
        "  cruddur db doctor\n"
        "  cruddur db doctor prod --json\n"
        "  cruddur db doctor prod --mend --yes cruddur\n"
        "The steps: name resolution, TCP, TLS, authentication, database, environment, schema, privileges,\n"
        "and counts: whether the likes, replies, followers and so on that stand in a row are as many as\n"
        "there are. That reads every row, some at a time, and holds nobody up. With --mend what is wrong\n"
        "is counted anew, a hundred rows a transaction; it needs the tables' owner.",
        *options);
    add_json(command, *options);
    add_yes(command, *options);
    command.add_option("--timeout", wanted->each_s, "Seconds that one step may take, but for counts")
        ->check(CLI::Range(1, 600));
    command.add_flag("--mend", wanted->mend, "Count anew what is wrong");
    set_work(command, chosen, options,
             [options, wanted](const auto& where, const auto&) { return examine(where, *options, *wanted); });
}

} // namespace cruddur::cli::db
