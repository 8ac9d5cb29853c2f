// Runs to compare, made from a lab and a few commands.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "labs/catalog/labs.h"
#include "labs/compare/compared.h"
#include "labs/replay/make.h"

namespace compare {

using namespace std::chrono_literals;

using Commands = std::vector<std::pair<core::Duration, std::string>>;

inline const Progress kNobody = [](double) {};

inline core::Time at(core::Duration since_start) { return core::kStart + since_start; }

inline replay::Recipe recipe_for(const std::string& lab, std::uint64_t seed, core::Duration length, const Commands& commands = {},
                                 const std::vector<std::string>& settings = {}) {
  replay::Recipe recipe;
  recipe.lab = catalog::load_lab(lab);
  guide::apply_settings(recipe.lab.system, settings);
  recipe.header.program = "faultline test", recipe.header.lab = recipe.lab.name, recipe.header.lab_text = recipe.lab.text;
  recipe.header.world = "simulated", recipe.header.seed = seed, recipe.header.settings = settings;
  recipe.header.nodes = world::SimulatedWorld(recipe.lab.system, seed).nodes();
  for (const auto& [when, command] : commands) recipe.commands.push_back({at(when), world::parse_command(command)});
  recipe.end = at(length);
  return recipe;
}

inline std::shared_ptr<const record::Recording> recorded(const replay::Recipe& recipe) { return replay::make(recipe, "", kNobody).recording; }
inline std::shared_ptr<const Run> run_for(const replay::Recipe& recipe, const std::string& name = "run") { return run_of(recorded(recipe), name, kNobody); }

// A number of a list; fails when it is not there.
inline double figure(const std::vector<Figure>& all, const std::string& name) {
  for (const auto& one : all)
    if (one.name == name && one.value) return *one.value;
  ADD_FAILURE() << "there is no " << name;
  return -1;
}

// Three servers that forget their logs in a crash. Of these twenty commands two matter: all crash, and all come back.
inline replay::Recipe forgetful(std::uint64_t seed = 1) {
  return recipe_for(std::string(SOURCE_DIR) + "/tests/app/broken-promise.md", seed, 4s,
                    {{300ms, "delay 1 2ms"},   {350ms, "mark one"},      {400ms, "jitter 2 1ms"},     {500ms, "skew 3 5ms"},
                     {600ms, "loss 2 1%"},     {700ms, "mark two"},      {800ms, "drift 1 +1%"},      {850ms, "loss 2 off"},
                     {900ms, "mark three"},    {1000ms, "crash all"},    {1050ms, "mark four"},       {1100ms, "jitter 2 off"},
                     {1200ms, "restart all"},  {1250ms, "delay 1 off"},  {1300ms, "mark five"},       {1350ms, "duplicate 3 1%"},
                     {1400ms, "mark six"},     {1450ms, "skew 3 0ms"},   {1500ms, "mark seven"},      {1550ms, "duplicate 3 off"}});
}

}  // namespace compare
