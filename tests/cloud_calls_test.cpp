// The store of calls, and what of a call is kept in it, without a server.

#include "cloud/rds/rds.hpp"
#include "cloud/trail/event_store.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <stdlib.h>

#include <filesystem>
#include <limits>
#include <stdexcept>

using namespace cruddur::cloud::trail;
namespace json = boost::json;

namespace {

constexpr std::int64_t first_ms = 1'800'000'000'000;

class calls_test : public testing::Test {
protected:
    calls_test() {
        std::string pattern = std::filesystem::temp_directory_path() / "cruddur-calls-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        top_ = pattern;
    }
    ~calls_test() override { std::filesystem::remove_all(top_); }

    // As many events as asked for, a millisecond after each other.
    void add(event_store& to, int count) {
        std::vector<call_event> all;
        for (int i = 0; i < count; ++i, ++made_) {
            all.push_back({.at_ms = first_ms + made_,
                           .id = fmt::format("event-{}", made_),
                           .name = "CreateDBInstance",
                           .source = "rds.amazonaws.com",
                           .username = "root",
                           .access_key = "local",
                           .region = "us-east-1",
                           .resources = {{"AWS::RDS::DBInstance", fmt::format("db-{}", made_ % 2)},
                                         {"AWS::RDS::DBInstance", "all"}},
                           .document = std::string(100, 'x')});
        }
        to.add(all, first_ms + made_);
    }

    [[nodiscard]] std::vector<kept_event> find(const std::string& attribute, const std::string& value) const {
        constexpr auto end = std::numeric_limits<std::int64_t>::max();
        return event_reader{top_}.find({.region = "us-east-1",
                                        .attribute = attribute,
                                        .value = value,
                                        .end_ms = end,
                                        .before_ms = end,
                                        .before_id = end,
                                        .limit = 1'000});
    }

    std::filesystem::path top_;
    int made_ = 0;
};

TEST_F(calls_test, forget_the_oldest_beyond_their_number) {
    event_store store{top_, {.events = 100}};
    for (int i = 0; i < 5; ++i)
        add(store, 70);
    const auto kept = find("", "");
    ASSERT_EQ(kept.size(), 100U);
    EXPECT_EQ(kept.front().event_id, "event-349");
    EXPECT_EQ(kept.back().event_id, "event-250");
    EXPECT_EQ(find("ResourceName", "db-0").size(), 50U);
    EXPECT_EQ(find("EventId", "event-249").size(), 0U);
}

TEST_F(calls_test, forget_the_oldest_beyond_their_bytes) {
    event_store store{top_, {.bytes = 10'000}};
    add(store, 500);
    const auto kept = find("", "");
    EXPECT_LE(kept.size(), 100U);
    EXPECT_GE(kept.size(), 90U);
    EXPECT_EQ(kept.front().event_id, "event-499");
}

TEST_F(calls_test, forget_what_is_older_than_ninety_days) {
    event_store store{top_};
    add(store, 10);
    store.add({}, first_ms + events_kept_ms + 5 + 60'000);
    EXPECT_EQ(find("", "").size(), 0U);
}

TEST_F(calls_test, find_an_event_once_by_a_resource_type_that_it_has_twice) {
    event_store store{top_};
    add(store, 3);
    EXPECT_EQ(find("ResourceType", "AWS::RDS::DBInstance").size(), 3U);
    EXPECT_EQ(find("ResourceName", "all").size(), 3U);
    ASSERT_EQ(find("ResourceName", "db-1").size(), 1U);
    EXPECT_EQ(find("ResourceName", "db-1").front().resources.back().name, "all");
}

TEST(call_record, hides_what_is_secret_also_in_its_message) {
    const auto& rds = cruddur::cloud::rds::rds_service();
    const auto told =
        event_of({.of = &rds,
                  .operation = rds.model.find("CreateDBInstance"),
                  .input = {{"DBInstanceIdentifier", "app"}, {"MasterUserPassword", "s3cr3t-one"}},
                  .error_code = "InvalidParameterValue",
                  .error_message = "The password s3cr3t-one is not one"});
    EXPECT_EQ(told.event.document.find("s3cr3t"), std::string::npos);
    EXPECT_EQ(told.record.at("errorMessage").as_string(), "The password **** is not one");
    EXPECT_EQ(told.record.at("requestParameters").at("masterUserPassword").as_string(), "****");
    EXPECT_EQ(told.event.resources.front().name, "app");
}

TEST(call_record, leaves_out_what_is_too_large) {
    const auto& rds = cruddur::cloud::rds::rds_service();
    const auto told = event_of({.of = &rds,
                                .operation = rds.model.find("CreateDBInstance"),
                                .input = {{"DBInstanceIdentifier", std::string(200'000, 'x')}}});
    EXPECT_TRUE(told.record.at("requestParameters").is_null());
    EXPECT_LT(told.event.document.size(), 2'000U);
}

} // namespace
