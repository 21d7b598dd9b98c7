#include "cloud/ground/refusal.hpp"
#include "cloud/wire/parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

using cruddur::cloud::ground::refusal;
using cruddur::cloud::wire::parameters;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

std::string code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const refusal& why) {
        return why.code();
    }
    return "";
}

std::vector<std::string> texts(const parameters* list) {
    std::vector<std::string> out;
    for (const parameters* each : list->elements())
        out.push_back(each->text());
    return out;
}

TEST(parameters, reads_the_flat_lists_of_ec2_and_the_named_ones_of_rds) {
    const auto flat = parameters::parse("Filter.1.Name=group-id&Filter.1.Value.1=a&Filter.1.Value.2=b");
    const auto filters = flat.find("Filter")->elements();
    ASSERT_EQ(filters.size(), 1U);
    EXPECT_EQ(filters[0]->find("Name")->text(), "group-id");
    EXPECT_THAT(texts(filters[0]->find("Value")), ElementsAre("a", "b"));
    EXPECT_EQ(filters[0]->find("Value")->path(), "Filter.1.Value");
    const auto named = parameters::parse("Filters.Filter.1.Values.Value.1=y&Ids.member.1=z");
    EXPECT_THAT(texts(named.find("Filters")->elements().at(0)->find("Values")), ElementsAre("y"));
    EXPECT_THAT(texts(named.find("Ids")), ElementsAre("z"));
}

TEST(parameters, orders_a_list_by_its_numbers) {
    const auto in = parameters::parse("A.10=c&A.2=b&A.1=a");
    EXPECT_THAT(texts(in.find("A")), ElementsAre("a", "b", "c"));
}

TEST(parameters, knows_an_empty_list_and_an_absent_member) {
    const auto in = parameters::parse("Tags=&Empty");
    EXPECT_THAT(in.find("Tags")->elements(), IsEmpty());
    EXPECT_EQ(in.find("Empty")->text(), "");
    EXPECT_EQ(in.find("Absent"), nullptr);
}

TEST(parameters, refuses_values_of_another_type) {
    const auto in = parameters::parse("Port=54x&Flag=yes&List.a=1&List.b=2&Big=99999999999999999999");
    EXPECT_EQ(code_of([&] { (void)in.find("Port")->integer(); }), "InvalidParameterValue");
    EXPECT_EQ(code_of([&] { (void)in.find("Big")->integer(); }), "InvalidParameterValue");
    EXPECT_EQ(code_of([&] { (void)in.find("Flag")->boolean(); }), "InvalidParameterValue");
    EXPECT_EQ(code_of([&] { (void)in.find("List")->elements(); }), "InvalidParameterValue");
    EXPECT_EQ(code_of([&] { (void)in.find("List")->text(); }), "InvalidParameterValue");
}

TEST(parameters, refuses_what_xml_could_not_carry_back) {
    for (const char* form :
         {"a=%00", "a=%1b", "a=%ff", "a=%c0%80", "a=%ed%a0%80", "a=%", "a=%4", "a=%zz", "a=%e2%82"}) {
        EXPECT_EQ(code_of([&] { (void)parameters::parse(form); }), "MalformedQueryString") << form;
    }
    EXPECT_EQ(parameters::parse("a=%E2%82%AC+%F0%9F%90%98%0A").find("a")->text(), "€ 🐘\n");
}

TEST(parameters, limits_their_number_and_depth) {
    std::string many;
    for (std::size_t i = 0; i <= parameters::count_max; ++i)
        many += "a=1&";
    EXPECT_EQ(code_of([&] { (void)parameters::parse(many); }), "MalformedQueryString");
    std::string deep = "a";
    for (std::size_t i = 0; i < parameters::depth_max; ++i)
        deep += ".a";
    EXPECT_EQ(code_of([&] { (void)parameters::parse(deep); }), "MalformedQueryString");
}

} // namespace
