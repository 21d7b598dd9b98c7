#include "http/static_files.hpp"

#include <map>
#include <string>

namespace cruddur::http {
namespace {

std::shared_ptr<const rendered> render(const static_file& file) {
    auto page = std::make_shared<rendered>();
    page->content_type = file.content_type;
    page->etag = file.etag;
    page->cache_control = file.immutable ? "public, max-age=31536000, immutable" : "no-cache";
    page->identity = file.identity;
    page->gzip = file.gzip;
    page->brotli = file.brotli;
    return page;
}

} // namespace

shortcut serve_static(std::span<const static_file> files) {
    auto table = std::make_shared<std::map<std::string, std::shared_ptr<const rendered>, std::less<>>>();
    for (const auto& file : files)
        table->emplace(file.path, render(file));
    return [table = std::shared_ptr<const std::remove_reference_t<decltype(*table)>>(std::move(table))](
               const request& request) -> std::optional<response> {
        const auto file = table->find(request.path);
        if (file == table->end()) return std::nullopt;
        response answer;
        answer.finished = file->second;
        return answer;
    };
}

} // namespace cruddur::http
