#include "aws/credentials.hpp"
#include "aws/ini.hpp"
#include "aws/settings.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace cruddur::aws {
namespace {

// An environment of its own, with profile files in a folder of its own.
class aws_credentials : public testing::Test {
protected:
    aws_credentials() {
        std::string name = "/tmp/cruddur-aws-XXXXXX";
        folder_ = ::mkdtemp(name.data());
        variables["HOME"] = folder_.string();
        variables["AWS_EC2_METADATA_DISABLED"] = "true";
        std::filesystem::create_directory(folder_ / ".aws");
    }
    ~aws_credentials() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& file, const std::string& text) const {
        std::ofstream{folder_ / ".aws" / file} << text;
    }
    [[nodiscard]] result<settings> load(const choices& flags = {}) const {
        return load_settings(flags, [all = variables](const char* name) {
            const auto found = all.find(name);
            return found == all.end() ? std::string{} : found->second;
        });
    }
    [[nodiscard]] result<credentials> find(const choices& flags = {}) const {
        const auto how = load(flags);
        if (!how) return how.error();
        return find_credentials(*how);
    }

    std::map<std::string, std::string> variables;

private:
    std::filesystem::path folder_;
};

TEST(aws_ini, reads_sections_comments_and_nested_settings) {
    const auto read =
        parse_ini("# head\n[profile  a b]\nRegion = us-east-1 ; here\nkey=ab#c;d\n\n[services x]\nrds =\n"
                  "  endpoint_url = http://localhost:1\nec2 =\n  endpoint_url=http://localhost:2\n",
                  "config");
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->at("profile a b").at("region"), "us-east-1");
    EXPECT_EQ(read->at("profile a b").at("key"), "ab#c;d");
    EXPECT_EQ(read->at("services x").at("rds.endpoint_url"), "http://localhost:1");
    EXPECT_EQ(read->at("services x").at("ec2.endpoint_url"), "http://localhost:2");
}

TEST(aws_ini, names_the_line_that_is_wrong_and_never_quotes_it) {
    const auto read = parse_ini("[default]\naws_secret_access_key secret\n", "credentials");
    ASSERT_FALSE(read.has_value());
    EXPECT_NE(read.error().message.find("credentials:2"), std::string::npos);
    EXPECT_EQ(read.error().describe().find("secret "), std::string::npos);
}

TEST_F(aws_credentials, the_environments_keys_go_before_the_profile) {
    write("credentials", "[default]\naws_access_key_id = FILE\naws_secret_access_key = of-file\n");
    variables["AWS_ACCESS_KEY_ID"] = "ENV";
    variables["AWS_SECRET_ACCESS_KEY"] = "of-env";
    variables["AWS_SESSION_TOKEN"] = "token";
    const auto found = find();
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->key_id, "ENV");
    EXPECT_EQ(found->session_token, "token");
}

TEST_F(aws_credentials, a_profile_chosen_by_a_flag_goes_before_the_environment) {
    write("credentials", "[work]\naws_access_key_id = FILE\naws_secret_access_key = a/b+c=\n");
    variables["AWS_ACCESS_KEY_ID"] = "ENV";
    variables["AWS_SECRET_ACCESS_KEY"] = "of-env";
    const auto found = find({.profile = "work", .region = {}, .endpoint_url = {}});
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->key_id, "FILE");
    EXPECT_EQ(found->secret, "a/b+c=");
}

TEST_F(aws_credentials, half_a_key_is_an_error_and_not_the_next_source) {
    write("credentials", "[default]\naws_access_key_id = FILE\naws_secret_access_key = of-file\n");
    variables["AWS_ACCESS_KEY_ID"] = "ENV";
    ASSERT_FALSE(find().has_value());
    EXPECT_EQ(find().error().kind, failure::configuration);
}

TEST_F(aws_credentials, nothing_set_up_says_what_can_be) {
    const auto found = find();
    ASSERT_FALSE(found.has_value());
    EXPECT_NE(found.error().advice().find("aws configure"), std::string::npos);
}

TEST_F(aws_credentials, a_circle_of_source_profiles_ends) {
    write("config",
          "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a\n");
    variables["AWS_PROFILE"] = "a";
    ASSERT_FALSE(find().has_value());
    EXPECT_NE(find().error().message.find("circle"), std::string::npos);
}

TEST_F(aws_credentials, a_profile_of_single_sign_on_says_how_to_hand_its_keys_over) {
    write("config", "[profile a]\nsso_session = x\n");
    variables["AWS_PROFILE"] = "a";
    ASSERT_FALSE(find().has_value());
    EXPECT_NE(find().error().advice().find("export-credentials"), std::string::npos);
}

TEST_F(aws_credentials, a_containers_endpoint_beyond_reach_is_never_asked) {
    variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://203.0.113.7/keys";
    ASSERT_FALSE(find().has_value());
    EXPECT_EQ(find().error().kind, failure::configuration);
}

TEST_F(aws_credentials, an_unknown_profile_is_refused) {
    variables["AWS_PROFILE"] = "nobody";
    ASSERT_FALSE(load().has_value());
}

TEST_F(aws_credentials, the_region_comes_from_flag_variables_and_profile_in_this_order) {
    write("config", "[default]\nregion = eu-west-1\n");
    EXPECT_EQ(load()->region, "eu-west-1");
    variables["AWS_DEFAULT_REGION"] = "us-west-2";
    EXPECT_EQ(load()->region, "us-west-2");
    variables["AWS_REGION"] = "ca-central-1";
    EXPECT_EQ(load()->region, "ca-central-1");
    EXPECT_EQ(load({.profile = {}, .region = "us-east-1", .endpoint_url = {}})->region, "us-east-1");
    variables["AWS_REGION"] = "us-east-1.evil.example/";
    EXPECT_FALSE(load().has_value());
}

TEST_F(aws_credentials, the_endpoint_comes_from_the_services_variable_first) {
    variables["AWS_REGION"] = "us-east-1";
    EXPECT_EQ(load()->endpoint(rds_service).value(), "https://rds.us-east-1.amazonaws.com");
    write("config", "[default]\nendpoint_url = http://127.0.0.1:1\nservices = l\n[services l]\nrds =\n"
                    "  endpoint_url = http://127.0.0.1:2\n");
    EXPECT_EQ(load()->endpoint(ec2_service).value(), "http://127.0.0.1:1");
    EXPECT_EQ(load()->endpoint(rds_service).value(), "http://127.0.0.1:2");
    variables["AWS_ENDPOINT_URL"] = "http://127.0.0.1:3/";
    EXPECT_EQ(load()->endpoint(rds_service).value(), "http://127.0.0.1:3");
    variables["AWS_ENDPOINT_URL_RDS"] = "http://127.0.0.1:4";
    EXPECT_EQ(load()->endpoint(rds_service).value(), "http://127.0.0.1:4");
    variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
    EXPECT_EQ(load()->endpoint(rds_service).value(), "https://rds.us-east-1.amazonaws.com");
}

TEST_F(aws_credentials, a_service_is_at_the_host_that_signatures_call_it_by) {
    variables["AWS_REGION"] = "eu-west-1";
    const service monitoring{"CLOUDWATCH", "monitoring", "2010-08-01"};
    EXPECT_EQ(load()->endpoint(monitoring).value(), "https://monitoring.eu-west-1.amazonaws.com");
    const service secrets{"SECRETS_MANAGER", "secretsmanager", "2017-10-17"};
    EXPECT_EQ(load()->endpoint(secrets).value(), "https://secretsmanager.eu-west-1.amazonaws.com");
    variables["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "http://127.0.0.1:5";
    EXPECT_EQ(load()->endpoint(secrets).value(), "http://127.0.0.1:5");
}

TEST_F(aws_credentials, a_clear_text_endpoint_beyond_this_machine_is_refused) {
    for (const char* url :
         {"http://10.0.0.1:4566", "http://aws.example", "ftp://127.0.0.1", "127.0.0.1:4566"}) {
        variables["AWS_ENDPOINT_URL"] = url;
        EXPECT_FALSE(load()->endpoint(rds_service).has_value()) << url;
    }
    for (const char* url : {"http://[::1]:4566", "http://cloud:4566", "http://localhost:4566"}) {
        variables["AWS_ENDPOINT_URL"] = url;
        EXPECT_TRUE(load()->endpoint(rds_service).has_value()) << url;
        EXPECT_TRUE(is_local(url)) << url;
    }
    EXPECT_FALSE(is_loopback("http://cloud:4566")); // a container's keys are asked of loopback alone
}

} // namespace
} // namespace cruddur::aws
