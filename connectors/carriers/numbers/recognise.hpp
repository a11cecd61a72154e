// SPDX-License-Identifier: Apache-2.0
// Whose tracking number is this? A check digit that fits is evidence, not proof: of random twelve digits one
// in seven passes somebody's. What confirms a number is its first scan.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forestall::carriers {

struct Recognised {
  std::string_view carrier;  // "ups", "fedex", "usps", ...; "s10" for a postal service of any country
  std::string_view format;
  bool checked = false;  // a check digit was there and fits
  // What the number itself says.
  std::string destination_zip;  // five digits; empty where the format has none
  std::string mailer;           // the shipper's number, empty where the format has none
};

// Blanks gone, capitals: as numbers are compared and stored. Nullopt for what cannot be one: fewer than 7 or
// more than 40 characters, characters other than letters, digits and '-'.
std::optional<std::string> normalise_number(std::string_view text);

// Every format that the number fits, those with a fitting check digit first, then the longer shape of fixed
// text. Empty where none does: an unknown format or a typing error.
std::vector<Recognised> recognise(std::string_view text);

// The likeliest of them, where several fit: the carrier that the label was bought from, or the one that the
// buyer's country is served by. Nullopt where nothing fits, or two fit alike and neither hint decides.
std::optional<Recognised> likeliest(const std::vector<Recognised>& fits, std::string_view label_carrier,
                                    std::string_view country);

// Whether the destination printed in the number contradicts the order's: a wrong label on the parcel.
bool wrong_label(const Recognised& number, std::string_view order_zip);

}  // namespace forestall::carriers
