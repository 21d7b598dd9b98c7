#include "cloud/ground/vault.hpp"
#include "cluster/files.hpp"
#include "support/server.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace cruddur::cloud {
using namespace ground;
namespace {

constexpr std::size_t header_size = 100;
constexpr std::size_t chunk_size = 64UL * 1024 + 16;

std::string plain_of(std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<char>(i * 7 + i / 251);
    return out;
}

struct sealed {
    test::temporary_folder folder;
    vault keys{folder.path()};
    std::string key = keys.new_key();

    [[nodiscard]] std::string seal(const std::string& plain) const {
        std::string out;
        sealer into{keys, key, [&out](std::span<const std::byte> part) {
                        out.append(reinterpret_cast<const char*>(part.data()), part.size());
                    }};
        // In uneven pieces, as a pipe gives them.
        for (std::size_t at = 0; at < plain.size(); at += 7'001)
            into.write(
                std::as_bytes(std::span{plain}.subspan(at, std::min<std::size_t>(7'001, plain.size() - at))));
        into.finish();
        return out;
    }
};

std::string open(const vault& with, const std::string& sealed) {
    std::size_t at = 0;
    opener from{with, [&](std::span<std::byte> into) {
                    const auto size = std::min({into.size(), sealed.size() - at, std::size_t{5'003}});
                    std::memcpy(into.data(), sealed.data() + at, size);
                    at += size;
                    return size;
                }};
    std::string out;
    std::array<std::byte, 3'001> part{};
    while (const auto got = from.read(part))
        out.append(reinterpret_cast<const char*>(part.data()), got);
    return out;
}

TEST(vault, opens_what_it_sealed_whatever_its_size) {
    const sealed mine;
    for (const std::size_t size : {0UL, 1UL, 65'535UL, 65'536UL, 65'537UL, 131'072UL, 300'000UL}) {
        const auto plain = plain_of(size);
        const auto hidden = mine.seal(plain);
        EXPECT_EQ(open(mine.keys, hidden), plain) << size;
        EXPECT_EQ(open(vault{mine.folder.path()}, hidden), plain) << size;
    }
}

TEST(vault, seals_the_same_bytes_differently_each_time) {
    const sealed mine;
    const auto plain = plain_of(1'000);
    const auto one = mine.seal(plain);
    const auto other = mine.seal(plain);
    EXPECT_NE(one.substr(header_size), other.substr(header_size));
    EXPECT_EQ(one.find(plain.substr(0, 32)), std::string::npos);
}

TEST(vault, refuses_a_file_with_any_byte_altered) {
    const sealed mine;
    const auto hidden = mine.seal(plain_of(70'000));
    for (std::size_t at = 0; at < hidden.size(); at += at < 200 ? 1 : 997) {
        auto altered = hidden;
        altered[at] = static_cast<char>(altered[at] ^ 1);
        EXPECT_THROW(open(mine.keys, altered), vault_error) << at;
    }
}

TEST(vault, refuses_a_file_that_is_cut_short_or_longer) {
    const sealed mine;
    const auto hidden = mine.seal(plain_of(200'000));
    for (const std::size_t left :
         {0UL, 8UL, header_size, header_size + 10, header_size + chunk_size, header_size + 2 * chunk_size,
          header_size + 3 * chunk_size, hidden.size() - 1}) {
        EXPECT_THROW(open(mine.keys, hidden.substr(0, left)), vault_error) << left;
    }
    EXPECT_THROW(open(mine.keys, hidden + "x"), vault_error);
    EXPECT_THROW(open(mine.keys, hidden + hidden.substr(header_size)), vault_error);
}

TEST(vault, refuses_chunks_in_another_order_or_of_another_file) {
    const sealed mine;
    const auto hidden = mine.seal(plain_of(200'000));
    const auto head = hidden.substr(0, header_size);
    const auto chunk = [&](std::size_t i) { return hidden.substr(header_size + i * chunk_size, chunk_size); };
    EXPECT_EQ(open(mine.keys, head + chunk(0) + chunk(1) + chunk(2) + chunk(3)), plain_of(200'000));
    EXPECT_THROW(open(mine.keys, head + chunk(1) + chunk(0) + chunk(2) + chunk(3)), vault_error);
    EXPECT_THROW(open(mine.keys, head + chunk(0) + chunk(2) + chunk(3)), vault_error);
    EXPECT_THROW(open(mine.keys, head + chunk(0) + chunk(0) + chunk(1) + chunk(2) + chunk(3)), vault_error);
    const auto other = mine.seal(plain_of(200'000));
    EXPECT_THROW(open(mine.keys, other.substr(0, header_size) + hidden.substr(header_size)), vault_error);
}

TEST(vault, opens_nothing_for_another_master_key) {
    const sealed mine;
    const sealed other;
    EXPECT_THROW(open(other.keys, mine.seal(plain_of(10))), vault_error);
    EXPECT_THROW((sealer{other.keys, mine.key, [](std::span<const std::byte>) {}}), vault_error);
}

TEST(vault, keeps_its_master_key_closed_to_others) {
    const sealed mine;
    const auto file = mine.folder.path() / "master.key";
    struct stat found {};
    ASSERT_EQ(::stat(file.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
    std::filesystem::permissions(file, std::filesystem::perms{0640});
    EXPECT_THROW(vault{mine.folder.path()}, vault_error);
    cluster::write_file(file, "short", 0600);
    EXPECT_THROW(vault{mine.folder.path()}, vault_error);
}

} // namespace
} // namespace cruddur::cloud
