#include "cloud/sign_in/ldap_message.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cruddur::cloud::sign_in {
namespace {

// Tag, length and value, as BER has them.
std::string element(char tag, const std::string& value) {
    const auto byte = [](std::size_t number) {
        return static_cast<char>(static_cast<unsigned char>(number));
    };
    std::string length;
    if (value.size() < 0x80)
        length = {byte(value.size())};
    else
        length = {byte(0x83), byte(value.size() >> 16), byte(value.size() >> 8 & 0xff),
                  byte(value.size() & 0xff)};
    return tag + length + value;
}

std::string bind_message(const std::string& name, const std::string& password, char version = 3,
                         char method = '\x80') {
    return element('\x30', element('\x02', "\x07") +
                               element('\x60', element('\x02', {version}) + element('\x04', name) +
                                                   element(method, password)));
}

const std::string unbind = element('\x30', element('\x02', "\x08") + element('\x42', ""));

TEST(ldap_message, reads_a_bind_and_the_goodbye_behind_it) {
    const std::string password(60'000, 'p');
    ldap_reader reader;
    const auto first = reader.read(bind_message("db-ONE/app", password) + unbind);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->id, 7);
    EXPECT_FALSE(first->is_unbind);
    EXPECT_EQ(first->name, "db-ONE/app");
    EXPECT_EQ(first->password, password);
    const auto second = reader.read("");
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->is_unbind);
    EXPECT_FALSE(reader.read(""));
}

TEST(ldap_message, waits_for_the_whole_of_it_wherever_it_is_cut) {
    const std::string whole = bind_message("db-ONE/app", std::string(300, 'p'));
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        ldap_reader reader;
        EXPECT_FALSE(reader.read(whole.substr(0, cut))) << cut;
        const auto rest = reader.read(whole.substr(cut));
        ASSERT_TRUE(rest) << cut;
        EXPECT_EQ(rest->password.size(), 300U);
    }
    ldap_reader reader;
    for (std::size_t at = 0; at + 1 < whole.size(); ++at)
        EXPECT_FALSE(reader.read(whole.substr(at, 1))) << at;
    EXPECT_TRUE(reader.read(whole.substr(whole.size() - 1)));
}

TEST(ldap_message, refuses_what_is_too_long_as_soon_as_it_says_so) {
    using namespace std::string_literals;
    ldap_reader just_too_long;
    EXPECT_THROW((void)just_too_long.read("\x30\x83\x01\x20\x01"s), ldap_error); // 72 KiB and a byte
    EXPECT_THROW((void)just_too_long.read("\x02"s), ldap_error);                 // and what follows
    ldap_reader longest;
    EXPECT_FALSE(longest.read("\x30\x83\x01\x20\x00"s));
    ldap_reader huge;
    EXPECT_THROW((void)huge.read("\x30\x84\x7f\xff\xff\xff"s), ldap_error);
    ldap_reader wider;
    EXPECT_THROW((void)wider.read("\x30\x88\x7f\xff\xff\xff\xff\xff\xff\xff"s), ldap_error);
}

TEST(ldap_message, refuses_what_is_no_bind) {
    using namespace std::string_literals;
    const std::string whole = bind_message("db-ONE/app", "p");
    std::string lying = whole;
    lying[8] = '\x7f'; // the bind says that it is longer than its message
    const std::string search = element('\x30', element('\x02', "\x01") + element('\x63', "x"));
    for (const std::string& each :
         {std::string(80, 'G'), "\x00\x00\x00\x00"s, lying, search, bind_message("a", ""),
          bind_message("a", "p", 2), bind_message("a", "p", 3, '\xa3'), bind_message("a\0b"s, "p"),
          element('\x30', ""), element('\x30', element('\x04', "x")),
          element('\x30', element('\x02', "\x01") + element('\x60', "")), "\x30\x80"s + whole}) {
        ldap_reader reader;
        EXPECT_THROW((void)reader.read(each), ldap_error) << testing::PrintToString(each);
    }
}

TEST(ldap_message, survives_any_byte_being_another) {
    const std::string whole = bind_message("db-ONE/app", "password");
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (int value = 0; value < 256; ++value) {
            std::string changed = whole;
            changed[at] = static_cast<char>(static_cast<unsigned char>(value));
            ldap_reader reader;
            try {
                const auto read = reader.read(changed);
                EXPECT_LE(read ? read->password.size() : 0, whole.size());
            } catch (const ldap_error&) { // as it should
            }
        }
    }
}

TEST(ldap_message, answers_a_bind) {
    using namespace std::string_literals;
    EXPECT_EQ(bind_answer(7, true, ""), "\x30\x0c\x02\x01\x07\x61\x07\x0a\x01\x00\x04\x00\x04\x00"s);
    EXPECT_EQ(bind_answer(7, false, "why"), "\x30\x0f\x02\x01\x07\x61\x0a\x0a\x01\x31\x04\x00\x04\x03why"s);
}

} // namespace
} // namespace cruddur::cloud::sign_in
