#include "content/demo.hpp"

#include "cli/db/db.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <fmt/ostream.h>

#include <iostream>

namespace cruddur::cli::db {
namespace {

constexpr std::uint32_t people_min = 10;
constexpr std::uint32_t people_max = 10'000'000;
constexpr std::uint32_t posts_max = 100'000'000;

boost::json::object demo_json(const content::demo_rows& filled) {
    return {{"people", filled.people},           {"posts", filled.posts},
            {"replies", filled.replies},         {"likes", filled.likes},
            {"reposts", filled.reposts},         {"follows", filled.follows},
            {"messages", filled.messages},       {"conversations", filled.conversations},
            {"duration_ms", filled.duration_ms}, {"notifications", filled.notifications}};
}

} // namespace

void add_demo(CLI::App& app, action& chosen) {
    auto options = std::make_shared<db_options>();
    auto wanted = std::make_shared<content::demo_options>();
    auto& command = add_db_command(
        app, "demo", "Fill a database with lifelike people, and with what they wrote and did",
        "Examples:\n"
        "  cruddur demo                                     # 1,000 people, 10,000 posts\n"
        "  cruddur demo --people 100000 --posts 1000000\n"
        "  cruddur demo --again --seed 2                    # others beside them\n"
        "  cruddur demo prod --yes cruddur --json\n"
        "\n"
        "People post, reply in threads, like, repost, follow, mention each other and write to\n"
        "each other; few are far busier, and far better known, than most. All of it happened in\n"
        "the last seven days. The counts are those of the rows, and each person has the\n"
        "notifications that the schema would have made. The same --people, --posts and --seed\n"
        "make the same rows, but for the time.\n"
        "\n"
        "The database needs the schema (cruddur db schema-load) and may hold rows of others. It\n"
        "is loaded as a dump is, in one transaction: indexes, foreign keys and triggers are put\n"
        "aside and put back, so it has to be the tables' owner who does it, and others who use\n"
        "these tables wait until the end. What was filled in before is a refusal without\n"
        "--again. To be rid of it, in cruddur db connect: delete from users where\n"
        "cognito_user_id like 'demo-%'.",
        *options);
    add_yes(command, *options);
    add_json(command, *options);
    command.add_option("--people", wanted->people, "How many people")
        ->check(CLI::Range(people_min, people_max));
    command.add_option("--posts", wanted->posts, "How many posts, replies among them")
        ->check(CLI::Range(1U, posts_max));
    command.add_option("--seed", wanted->seed, "A number: another one makes other people and posts");
    command.add_flag("--again", wanted->again, "Beside such people that are there already");
    set_work(command, chosen, options,
             [options, wanted](const auto& where, const auto& progress) -> database::result<exit_code> {
                 auto asked = *wanted;
                 asked.confirm = confirmation_of(*options);
                 const auto filled = content::fill(where, asked, progress);
                 if (!filled) return filled.error();
                 if (options->json) {
                     print_json(demo_json(*filled));
                 } else {
                     fmt::print(std::cout, "Filled {} in {:.1f} s\n", where.place(),
                                static_cast<double>(filled->duration_ms) / 1'000);
                 }
                 return exit_code::done;
             });
}

} // namespace cruddur::cli::db
