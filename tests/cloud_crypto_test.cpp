#include "cloud/ground/crypto.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cruddur::cloud::ground {
namespace {

// RFC 4648, 10.
TEST(base64, is_read_as_it_is_written) {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) {
        EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
        EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
        bytes += static_cast<char>(255 - byte);
    }
    for (const auto* text : {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy", "+/+/"})
        EXPECT_EQ(to_base64(from_base64(text).value()), text);
    EXPECT_EQ(from_base64("Zm8"), "fo");
    EXPECT_EQ(from_base64url("-_-_"), from_base64("+/+/"));
}

TEST(base64, is_refused_with_anything_else_in_it) {
    for (const auto* text :
         {"Z",        "Zm9vY", "Zg=",      "Zg===",   "Zm8==",    "Zm9v=",  "Zm9v====", "=",
          "Zg==Zg==", "Z=g=",  " Zm9v",    "Zm9v\n",  "Zm\r\n9v", "\tZm9v", "Zm9-",     "Zm9_",
          "Zm9v-",    "-Zm9v", "Zm9v----", "Zm9\x80", "Zm9*",     "Zm.v"})
        EXPECT_EQ(from_base64(text), std::nullopt) << text;
    EXPECT_EQ(from_base64(std::string{"Zm9\0", 4}), std::nullopt);
    for (const auto* text : {"Zm9+", "Zm9/", "Zm8=", "Zg==", " Zm9v", "Zm9v\n", "Zm9vY"})
        EXPECT_EQ(from_base64url(text), std::nullopt) << text;
}

} // namespace
} // namespace cruddur::cloud::ground
