#include "cloud/ground/refusal.hpp"
#include "cloud/wire/parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(parameters, reads_the_flat_lists_of_ec2) {
    const auto in = parameters::parse("Filter.1.Name=group-id&Filter.1.Value.1=a&Filter.1.Value.2=b");
    const auto filters = in.list("Filter");
    ASSERT_EQ(filters.size(), 1U);
    EXPECT_EQ(filters[0]->text("Name"), "group-id");
    EXPECT_THAT(filters[0]->texts("Value"), ElementsAre("a", "b"));
}

TEST(parameters, reads_the_named_lists_of_rds) {
    const auto in =
        parameters::parse("Filters.Filter.1.Name=x&Filters.Filter.1.Values.Value.1=y&Ids.member.1=z");
    ASSERT_EQ(in.list("Filters").size(), 1U);
    EXPECT_THAT(in.list("Filters")[0]->texts("Values"), ElementsAre("y"));
    EXPECT_THAT(in.texts("Ids"), ElementsAre("z"));
}

TEST(parameters, reads_structures_in_lists_in_lists) {
    const auto in =
        parameters::parse("IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0%2F8&IpPermissions.1.FromPort=22");
    const auto* permission = in.list("IpPermissions").at(0);
    EXPECT_EQ(permission->integer("FromPort"), 22);
    EXPECT_EQ(permission->list("IpRanges").at(0)->text("CidrIp"), "10.0.0.0/8");
    EXPECT_EQ(permission->list("IpRanges").at(0)->path(), "IpPermissions.1.IpRanges.1");
}

TEST(parameters, orders_a_list_by_its_numbers) {
    EXPECT_THAT(parameters::parse("A.10=c&A.2=b&A.1=a").texts("A"), ElementsAre("a", "b", "c"));
}

TEST(parameters, knows_an_empty_list_and_an_absent_member) {
    const auto in = parameters::parse("Tags=&Empty");
    EXPECT_THAT(in.list("Tags"), IsEmpty());
    EXPECT_EQ(in.text("Empty"), "");
    EXPECT_EQ(in.text("Absent"), std::nullopt);
}

TEST(parameters, refuses_values_of_another_type) {
    const auto in = parameters::parse("Port=54x&Flag=yes&List.a=1&List.b=2&Big=99999999999999999999");
    EXPECT_EQ(code_of([&] { (void)in.integer("Port"); }), "InvalidParameterValue");
    EXPECT_EQ(code_of([&] { (void)in.integer("Big"); }), "InvalidParameterValue");
    EXPECT_EQ(code_of([&] { (void)in.boolean("Flag"); }), "InvalidParameterValue");
    EXPECT_EQ(code_of([&] { (void)in.list("List"); }), "InvalidParameterValue");
    EXPECT_EQ(code_of([&] { (void)in.text("List"); }), "InvalidParameterValue");
}

TEST(parameters, refuses_what_xml_could_not_carry_back) {
    for (const char* form :
         {"a=%00", "a=%1b", "a=%ff", "a=%c0%80", "a=%ed%a0%80", "a=%", "a=%4", "a=%zz", "a=%e2%82"}) {
        EXPECT_EQ(code_of([&] { (void)parameters::parse(form); }), "MalformedQueryString") << form;
    }
    EXPECT_EQ(parameters::parse("a=%E2%82%AC+%F0%9F%90%98%0A").text("a"), "€ 🐘\n");
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
