#include "postgres/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace cruddur::postgres {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

connection_url parsed(std::string_view text) {
    auto url = connection_url::parse(text);
    if (!url.has_value()) {
        ADD_FAILURE() << url.error().message;
        return *connection_url::parse("postgresql://unparsed@/unparsed");
    }
    return *url;
}

error refused(std::string_view text) {
    auto url = connection_url::parse(text);
    EXPECT_FALSE(url.has_value()) << text;
    return url.has_value() ? error{} : url.error();
}

TEST(connection_url, keeps_a_user_and_a_database_that_hold_the_same_word) {
    const auto url = parsed("postgresql://cruddurroot:milkyway2023@cruddur-db-instance.czz1cuvepklc."
                            "ca-central-1.rds.amazonaws.com:5432/cruddur");
    EXPECT_EQ(url.user(), "cruddurroot");
    EXPECT_EQ(url.database(), "cruddur");
    const auto maintenance = url.with("dbname", "postgres");
    EXPECT_EQ(maintenance.database(), "postgres");
    EXPECT_EQ(maintenance.user(), "cruddurroot");
    EXPECT_EQ(maintenance.endpoints()[0].host, url.endpoints()[0].host);
    EXPECT_EQ(maintenance.password(), "milkyway2023");
    EXPECT_THAT(maintenance.to_string(), EndsWith(".rds.amazonaws.com:5432/postgres"));
}

TEST(connection_url, decodes_reserved_characters_in_a_password_and_encodes_them_again) {
    const auto url = parsed("postgresql://o%27brien:a%40b%3Ac%2Fd%25e%20f@h:5432/my%20db");
    EXPECT_EQ(url.user(), "o'brien");
    EXPECT_EQ(url.password(), "a@b:c/d%e f");
    EXPECT_EQ(url.database(), "my db");
    EXPECT_EQ(url.to_string(), "postgresql://o%27brien:a%40b%3Ac%2Fd%25e%20f@h:5432/my%20db");
    EXPECT_EQ(parsed(url.to_string()).password(), url.password());
}

TEST(connection_url, lists_every_host_with_its_port) {
    const auto url = parsed("postgresql://u@one,two:6000,[::1]:6001/d?target_session_attrs=read-write");
    const auto endpoints = url.endpoints();
    ASSERT_EQ(endpoints.size(), 3U);
    EXPECT_EQ(endpoints[0].host, "one");
    EXPECT_EQ(endpoints[0].port, "5432");
    EXPECT_EQ(endpoints[1].port, "6000");
    EXPECT_EQ(endpoints[2].host, "::1");
    EXPECT_EQ(url.get("target_session_attrs"), "read-write");
    EXPECT_EQ(parsed(url.to_string()).keywords(), url.with("port", "5432,6000,6001").keywords());
}

TEST(connection_url, gives_one_port_to_every_host_of_a_keyword_string) {
    const auto endpoints = parsed("host=one,two port=6000 user=u").endpoints();
    ASSERT_EQ(endpoints.size(), 2U);
    EXPECT_EQ(endpoints[0].port, "6000");
    EXPECT_EQ(endpoints[1].port, "6000");
}

TEST(connection_url, pairs_addresses_with_their_hosts) {
    const auto url = parsed("host=db.example hostaddr=127.0.0.2 user=u dbname=d");
    EXPECT_EQ(url.endpoints()[0].host, "db.example");
    EXPECT_EQ(url.endpoints()[0].hostaddr, "127.0.0.2");
    EXPECT_EQ(parsed(url.to_string()).endpoints()[0].hostaddr, "127.0.0.2");
}

TEST(connection_url, keeps_a_socket_folder_through_its_text) {
    const auto url = parsed("postgresql://u@%2Ftmp%2Fa%20socket:6000/d");
    EXPECT_EQ(url.endpoints()[0].host, "/tmp/a socket");
    EXPECT_EQ(parsed(url.to_string()).endpoints()[0].host, "/tmp/a socket");
}

TEST(connection_url, keeps_an_address_without_a_host_through_its_text) {
    const auto url = parsed("postgresql:///d?hostaddr=127.0.0.3&port=6002&user=u");
    EXPECT_EQ(parsed(url.to_string()).keywords(), url.keywords());
}

TEST(connection_url, names_the_database_after_the_user_where_none_is_given) {
    EXPECT_EQ(parsed("postgresql://someone@h").database(), "someone");
}

TEST(connection_url, tells_a_remote_host_from_this_machine) {
    for (const auto* local :
         {"postgresql://u@localhost/d", "postgresql://u@127.0.0.1/d", "postgresql://u@127.9.9.9/d",
          "postgresql://u@[::1]/d", "postgresql://u@[::ffff:127.0.0.1]/d", "postgresql:///d",
          "postgresql://u@%2Frun/d", "postgresql://u@db.localhost/d"}) {
        EXPECT_FALSE(parsed(local).remote()) << local;
    }
    for (const auto* remote :
         {"postgresql://u@db.example/d", "postgresql://u@10.0.0.1/d", "postgresql://u@[::2]/d",
          "postgresql://u@localhost,db.example/d", "postgresql://u@localhost.example/d",
          "postgresql://u@localhost/d?hostaddr=10.0.0.1", "postgresql://u@db.example/d?hostaddr=127.0.0.1"}) {
        EXPECT_TRUE(parsed(remote).remote()) << remote;
    }
}

TEST(connection_url, verifies_tls_of_a_remote_host) {
    const auto url = parsed("postgresql://u@db.example/d").with_verified_tls();
    EXPECT_EQ(url.get("sslmode"), "verify-full");
    EXPECT_FALSE(url.get("sslrootcert").empty());
    EXPECT_EQ(parsed("postgresql://u@db.example/d").with_verified_tls("/ca.pem").get("sslrootcert"),
              "/ca.pem");
}

TEST(connection_url, leaves_tls_to_a_text_that_says_how) {
    EXPECT_EQ(parsed("postgresql://u@db.example/d?sslmode=disable").with_verified_tls().get("sslmode"),
              "disable");
    const auto url = parsed("postgresql://u@db.example/d?sslmode=verify-ca").with_verified_tls("/ca.pem");
    EXPECT_EQ(url.get("sslmode"), "verify-ca");
    EXPECT_EQ(url.get("sslrootcert"), "/ca.pem");
}

TEST(connection_url, leaves_a_local_host_as_it_is_unless_a_bundle_is_named) {
    const auto url = parsed("postgresql://u@localhost/d");
    EXPECT_EQ(url.with_verified_tls().keywords(), url.keywords());
    EXPECT_EQ(url.with_verified_tls("/ca.pem").get("sslmode"), "verify-full");
}

TEST(connection_url, hides_every_secret_of_what_may_be_shown) {
    const auto shown = parsed("postgresql://u:hunter2@h/d?sslpassword=hunter3&application_name=a").redacted();
    EXPECT_EQ(shown, "postgresql://u:***@h:5432/d?application_name=a&sslpassword=***");
}

TEST(connection_url, fills_in_the_environment) {
    ASSERT_EQ(setenv("PGAPPNAME", "from the environment", 1), 0);
    const auto url = parsed("postgresql://u@h/d");
    ASSERT_EQ(unsetenv("PGAPPNAME"), 0);
    EXPECT_EQ(url.get("application_name"), "from the environment");
    EXPECT_THAT(url.to_string(), Not(HasSubstr("application_name")));
}

TEST(connection_url, never_quotes_a_password_that_breaks_the_text) {
    for (const auto* broken :
         {"postgresql://u:hunter2%zz@h/d", "postgresql://u:hunter2@[::1/d", "postgresql://u:a/b?hunter2@h/d",
          "password=x hunter2 user=u", "psql hunter2", "postgresql://u:hunter2/more@h/d",
          "postgresql://u:p@hunter2@h/d", "user=u password=p hunter2=x"}) {
        const auto failed = refused(broken);
        EXPECT_EQ(failed.kind, failure::usage);
        EXPECT_THAT(failed.message, Not(HasSubstr("hunter2"))) << broken;
        EXPECT_THAT(failed.message, HasSubstr("connection URL")) << broken;
        EXPECT_THAT(failed.hint, HasSubstr("percent-encoded")) << broken;
    }
}

TEST(connection_url, refuses_what_libpq_would_refuse_when_it_connects) {
    EXPECT_THAT(refused("").message, HasSubstr("empty"));
    EXPECT_THAT(refused(std::string_view{"postgresql://u@h/d\0x", 20}).message, HasSubstr("NUL"));
    EXPECT_THAT(refused("postgresql://u@h:70000/d").message, HasSubstr("port"));
    EXPECT_THAT(refused("host=a,b,c port=1,2 user=u").message, HasSubstr("2 ports for 3 hosts"));
    EXPECT_THAT(refused("host=a hostaddr=127.0.0.1,127.0.0.2 user=u").message,
                HasSubstr("1 hosts for 2 addresses"));
    EXPECT_THAT(refused("service=somewhere").message, HasSubstr("PGSERVICE"));
    EXPECT_THAT(refused("host=h nonsense=1").message, StartsWith("the connection URL is malformed: invalid"));
}

} // namespace
TEST(connection_url, keeps_the_name_of_a_secret_from_libpq_and_psql) {
    const auto url =
        connection_url::parse("postgresql://ann@example.org/cruddur?sslmode=require&secret=arn%3Aaws%3Aone");
    ASSERT_TRUE(url.has_value());
    EXPECT_EQ(url->get("secret"), "arn:aws:one");
    EXPECT_EQ(url->get("sslmode"), "require");
    for (const auto& [keyword, value] : url->keywords())
        EXPECT_NE(keyword, "secret");
    EXPECT_EQ(url->to_string().find("secret"), std::string::npos);
    EXPECT_EQ(connection_url::parse("postgresql://ann@h/d?secret=one").value().get("secret"), "one");
    EXPECT_EQ(connection_url::parse("postgresql://ann@h/d?secret=one&sslmode=disable").value().get("sslmode"),
              "disable");
    EXPECT_FALSE(connection_url::parse("postgresql://ann@h/d?secret=%zz").has_value());
}

} // namespace cruddur::postgres
