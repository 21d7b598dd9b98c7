#include "cloud/door/services.hpp"
#include "cloud/wire/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

using namespace cruddur::cloud::wire;
using cruddur::cloud::door::all_services;

namespace {

TEST(model, has_every_operation_by_its_name) {
    for (const service_model* each : all_models()) {
        EXPECT_TRUE(std::ranges::is_sorted(each->operations, {}, &model_operation::name)) << each->service;
        for (const model_operation& operation : each->operations)
            EXPECT_EQ(each->find(operation.name), &operation);
        EXPECT_EQ(each->find("NoSuchOperation"), nullptr);
    }
}

TEST(model, knows_an_operation_by_its_path) {
    const auto name = [](std::string_view method, std::string_view path,
                         std::string_view query = "") -> std::string_view {
        const model_operation* const found = lambda_model.find(method, path, query);
        return found == nullptr ? "" : found->name;
    };
    EXPECT_EQ(name("GET", "/2015-03-31/functions"), "ListFunctions");
    EXPECT_EQ(name("GET", "/2015-03-31/functions/"), "ListFunctions");
    EXPECT_EQ(name("GET", "/2015-03-31/functions/f"), "GetFunction");
    EXPECT_EQ(name("DELETE", "/2015-03-31/functions/f/policy/s"), "RemovePermission");
    EXPECT_EQ(name("PATCH", "/2015-03-31/functions/f"), "");
    EXPECT_EQ(name("GET", "/2015-03-31/functions/f/none/such"), "");
    EXPECT_EQ(name("GET", "/2018-10-31/layers", "MaxItems=1"), "ListLayers");
    EXPECT_EQ(name("GET", "/2018-10-31/layers", "find=LayerVersion&Arn=a"), "GetLayerVersionByArn");
    for (const model_operation& each : lambda_model.operations) {
        const std::size_t mark = std::min(each.uri.find('?'), each.uri.size() - 1);
        EXPECT_EQ(
            lambda_model.find(each.method, each.uri.substr(0, each.uri.find('?')), each.uri.substr(mark + 1)),
            &each)
            << each.name;
    }
}

// Calls it with each of the words that a row has.
void for_each_word(std::string_view words, const std::function<void(std::string_view)>& run) {
    while (!words.empty()) {
        const std::string_view word = words.substr(0, words.find(' '));
        run(word);
        words.remove_prefix(std::min(words.size(), word.size() + 1));
    }
}

const model_shape* element_of(const model_shape* shape) {
    while (shape->is == model_shape::kind::list)
        shape = shape->members.front().shape;
    return shape;
}

// A structure that no row names would be refused whole, and a limit that no member has would hold nothing.
TEST(model, has_every_member_that_a_row_serves) {
    for (const service_tables& each : all_services()) {
        if (each.operations == nullptr) continue;
        const wire::service& here = *each.operations;
        const std::function<void(const model_shape&, std::string_view)> check = [&](const model_shape& of,
                                                                                    std::string_view served) {
            for_each_word(served, [&](std::string_view word) {
                const auto found = std::ranges::find(of.members, word, &model_member::name);
                ASSERT_NE(found, of.members.end()) << of.name << " has no member " << word;
                const model_shape* const inner = element_of(found->shape);
                if (inner->is != model_shape::kind::structure || here.speaks_query()) return;
                const auto row = std::ranges::find(here.structures, inner->name, &served_structure::name);
                ASSERT_NE(row, here.structures.end()) << inner->name << " has no row";
                check(*inner, row->members);
            });
        };
        for (const operation& row : here.operations) {
            const model_operation* const found = here.model.find(row.name);
            ASSERT_NE(found, nullptr) << row.name;
            if (found->input == nullptr) {
                EXPECT_EQ(row.members, "") << row.name << " takes nothing";
                continue;
            }
            check(*found->input, row.members);
        }
    }
}

} // namespace
