#include "app/door/routes.hpp"
#include "app/door/service.hpp"
#include "support/paths.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/beast/http/verb.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>

namespace cruddur::app {
using namespace answer;
using namespace door;
using namespace ground;
using namespace identity;
namespace {

// "get /api/activities/{uuid}" for every operation of openapi.yaml. Its lint test sees that it is YAML and
// OpenAPI; here two levels of indentation are enough.
std::set<std::string> documented() {
    std::set<std::string> found;
    std::ifstream file{test::checkout_folder + "/openapi.yaml"};
    const std::regex path_line{"^  (/[^:]*):$"};
    const std::regex method_line{"^    (get|put|post|delete|patch|head|options):$"};
    std::string path;
    bool in_paths = false;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line[0] != ' ') in_paths = line == "paths:";
        std::smatch parts;
        if (in_paths && std::regex_match(line, parts, path_line)) path = parts[1];
        if (in_paths && std::regex_match(line, parts, method_line)) found.insert(parts[1].str() + " " + path);
    }
    return found;
}

std::set<std::string> routed() {
    boost::asio::io_context loop;
    postgres::client database{
        loop.get_executor(), postgres::connection_url::parse("postgresql://localhost/none").value(), {}};
    authenticator callers{nullptr, {}};
    loop_metrics metrics;
    feed_snapshot snapshot;
    const metrics_collector all_metrics;
    const resources with{.database = database,
                         .searches = database,
                         .callers = callers,
                         .metrics = metrics,
                         .snapshot = snapshot,
                         .all_metrics = all_metrics,
                         .committed = {},
                         .page_installed = {}};
    std::set<std::string> made;
    for (const auto& [method, pattern] : make_routes(with, {}, {})->routes()) {
        std::string name{std::string_view{boost::beast::http::to_string(method)}};
        std::ranges::transform(name, name.begin(), [](unsigned char letter) { return std::tolower(letter); });
        made.insert(name + " " + std::regex_replace(pattern, std::regex{":([a-z_]+)"}, "{$1}"));
    }
    return made;
}

TEST(openapi, names_every_route_and_no_other) {
    const auto there = documented();
    EXPECT_FALSE(there.empty());
    EXPECT_THAT(there, testing::ContainerEq(routed()));
}

} // namespace
} // namespace cruddur::app
