#include "cluster/process.hpp"
#include "support/paths.hpp"
#include "support/service.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

namespace cruddur::app {
namespace {

using test::post_body;
using test::post_json;
using service = test::app_service;

// What one request was answered, as tests/openapi/lint.mjs reads it.
boost::json::object recorded(std::string_view method, std::string_view path,
                             const test::http_answer& answer) {
    return {{"method", method},
            {"path", path},
            {"status", answer.status},
            {"type", answer.field("content-type")},
            {"body", answer.body}};
}

TEST(openapi, describes_what_every_route_answers) {
    const test::seeded_database database;
    const service running{database.url()};
    auto client = running.client();
    const auto andrew = service::as("MOCK-andrewbrown");
    const std::pair<std::string, std::string> nobody{"Authorization", "Bearer x.y.z"};
    boost::json::array answers;
    const auto get = [&](std::string_view path, const std::string& target,
                         const test::http_client::fields& more = {}) {
        answers.push_back(
            recorded("get", path, client.get(target.empty() ? path : std::string_view{target}, more)));
    };
    const auto post = [&](std::string_view body, test::http_client::fields more) {
        answers.push_back(
            recorded("post", "/api/activities", post_json(client, "/api/activities", body, std::move(more))));
    };
    for (const auto* path : {"/api/health-check", "/livez", "/readyz", "/api/configuration"})
        get(path, "");
    const service with_pool{database.url(), [](app::service_params& params) {
                                params.sign_in = {"us-east-1", "us-east-1_pool", "client",
                                                  "https://cognito-idp.us-east-1.amazonaws.com"};
                            }};
    answers.push_back(recorded("get", "/api/configuration", with_pool.get("/api/configuration")));
    const std::string home = "/api/activities/home";
    const std::string search = "/api/activities/search";
    const std::string one = "/api/activities/{uuid}";
    const std::string seed = "/api/activities/5eed0000-0000-4000-8000-000000000";
    for (const test::http_client::fields& who : {test::http_client::fields{}, {andrew}, {nobody}}) {
        get(home, "", who);
        get(search, search + "?term=a&limit=100", who);
        get(one, seed + "101", who);
        get(one, seed + "201", who);
    }
    get(home, home + "?limit=0&cursor=x");
    get(search, "");
    get(one, "/api/activities/none");
    get("/api/users/@{handle}/short", "/api/users/@andrewbrown/short");
    get("/api/users/@{handle}/short", "/api/users/@nobody/short");
    post(post_body("hello"), {andrew});
    post(post_body("hello"), {});
    post("{}", {andrew});
    post("{", {andrew});
    post(post_body(std::string(70'000, 'x')), {andrew});
    auto other = running.client(); // the first was closed on what is too large
    answers.push_back(
        recorded("post", "/api/activities", other.request("POST", "/api/activities", {andrew}, "x")));

    const test::temporary_folder folder;
    const auto file = folder.path() / "answers.json";
    std::ofstream{file} << boost::json::serialize(answers);
    cluster::command linter;
    linter.arguments = {test::node_path, test::checkout_folder + "/tests/openapi/lint.mjs",
                        test::checkout_folder + "/openapi.yaml", file.string()};
    const auto linted = cluster::run(linter, std::chrono::minutes{1});
    EXPECT_EQ(linted.exit_status, 0) << linted.output
                                     << "Its packages are installed by: npm ci --prefix tests/openapi";
}

} // namespace
} // namespace cruddur::app
