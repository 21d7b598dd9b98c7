#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

struct pg_result;

namespace cruddur::postgres {

// A column of type uuid[] in binary, of one dimension and without NULLs.
class uuid_list {
public:
    explicit uuid_list(std::string_view binary)
        : binary_(binary) {}
    [[nodiscard]] std::size_t size() const;
    // 16 bytes.
    [[nodiscard]] std::string_view operator[](std::size_t at) const;
    [[nodiscard]] bool contains(std::string_view uuid) const;

private:
    std::string_view binary_;
};

// A column of type text[] in binary, without NULLs. Read from the first on, row by row where it has two
// dimensions.
class text_list {
public:
    explicit text_list(std::string_view binary);
    // The next one; nullopt behind the last.
    [[nodiscard]] std::optional<std::string_view> next();

private:
    std::string_view rest_;
};

// What a statement returned, in the format that was asked for. It owns libpq's result: views taken from it
// live as long as any copy of it does. Copying shares, it does not copy bytes. Safe to read from any thread.
class rows {
public:
    rows() = default;
    explicit rows(pg_result* owned); // takes ownership

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] std::size_t columns() const;
    // So many of these from that one on, without their first columns. All must be in range.
    [[nodiscard]] rows part(std::size_t first, std::size_t size, std::size_t columns_less) const;
    [[nodiscard]] std::string_view column_name(std::size_t column) const;
    // The value as PostgreSQL wrote it, which is the same in both formats for text; nullopt is NULL. Both
    // indices must be in range.
    [[nodiscard]] std::optional<std::string_view> get(std::size_t row, std::size_t column) const;
    [[nodiscard]] bool is_null(std::size_t row, std::size_t column) const;

    // Values in binary. The column is of that type, and the value is not NULL.
    [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const;
    [[nodiscard]] std::string_view uuid(std::size_t row, std::size_t column) const; // 16 bytes
    [[nodiscard]] uuid_list uuids(std::size_t row, std::size_t column) const;
    [[nodiscard]] text_list texts(std::size_t row, std::size_t column) const;
    [[nodiscard]] bool boolean(std::size_t row, std::size_t column) const;
    [[nodiscard]] std::int32_t int32(std::size_t row, std::size_t column) const;
    [[nodiscard]] std::int64_t int64(std::size_t row, std::size_t column) const;
    // A timestamptz, since 1970. Infinity is the greatest value there is, -infinity the least.
    [[nodiscard]] std::chrono::microseconds time(std::size_t row, std::size_t column) const;

    // The rows that INSERT, UPDATE, DELETE or SELECT touched, from the command tag; 0 for other commands.
    [[nodiscard]] std::int64_t affected() const;
    // The command tag: "SELECT 1", "COMMIT".
    [[nodiscard]] std::string_view command() const;
    // The owner of the bytes, for a response body that outlives this object.
    [[nodiscard]] std::shared_ptr<const void> owner() const { return result_; }

private:
    [[nodiscard]] std::string_view fixed(std::size_t row, std::size_t column, std::size_t bytes) const;
    // In the result.
    [[nodiscard]] int row_of(std::size_t row) const;
    [[nodiscard]] int column_of(std::size_t column) const;

    std::shared_ptr<pg_result> result_;
    std::size_t first_row_ = 0;
    std::size_t first_column_ = 0;
    std::size_t size_ = 0;
};

// The one JSON value of the first row and column, exactly the bytes that PostgreSQL rendered. No row, or a
// NULL, is nullopt: an absent object is not an empty one.
struct json {
    std::shared_ptr<const void> owner;
    std::string_view bytes;
};
[[nodiscard]] std::optional<json> json_of(const rows& from);

} // namespace cruddur::postgres
