// SPDX-License-Identifier: Apache-2.0
#include "connectors/carriers/numbers/formats.hpp"

#include <algorithm>
#include <array>

namespace forestall::carriers {
namespace {

using enum CheckRule;

// Not here: USPS IMpb and its 420 prefix, whose parts have no fixed place (recognise.cpp).
constexpr std::array table = std::to_array<Format>({
    {"ups", "UPS 1Z", "1Zx{15}d", mod10_odd_times2, {2, 15}, 17, "", {}, {2, 6}},
    {"ups", "UPS waybill", "[AHJKTV]d{10}", mod10_odd_times2, {1, 9}, 10, "", {}, {}},
    {"fedex", "FedEx Express 12", "d{12}", weighted_3_1_7, {0, 11}, 11, "", {}, {}},
    {"fedex", "FedEx Express 34", "[012345678]d{33}", weighted_1_7_3, {20, 13}, 33, "", {15, 5}, {}},
    {"fedex", "FedEx ASTRA 32", "3d{31}", weighted_3_1_7, {16, 11}, 27, "", {}, {}},
    {"fedex", "FedEx Ground 15", "d{15}", mod10_odd_times3, {0, 14}, 14, "", {}, {}},
    {"fedex", "FedEx Ground SSCC-18", "d{18}", mod10_times3, {2, 15}, 17, "", {}, {}},
    {"fedex", "FedEx Ground 96", "96d{20}", mod10_odd_times3, {7, 14}, 21, "", {}, {7, 7}},
    {"fedex", "FedEx Ground GSN", "96d{32}", weighted_1_7_3, {20, 13}, 33, "", {}, {}},
    {"usps", "USPS 20", "d{20}", mod10_times3, {0, 19}, 19, "", {}, {2, 9}},
    {"usps", "USPS legacy 22", "91d{20}", mod10_times3, {0, 21}, 21, "", {}, {4, 9}},
    {"usps", "USPS legacy 20", "d{20}", mod10_times3, {0, 19}, 19, "91", {}, {2, 9}},
    {"usps", "USPS legacy 22 to ZIP", "420d{5}91d{20}", mod10_times3, {8, 21}, 29, "", {3, 5}, {12, 9}},
    {"usps", "USPS legacy 20 to ZIP", "420d{5}d{20}", mod10_times3, {8, 19}, 27, "91", {3, 5}, {10, 9}},
    {"usps", "USPS legacy 22 to ZIP+4", "420d{9}91d{20}", mod10_times3, {12, 21}, 33, "", {3, 5}, {16, 9}},
    {"usps", "USPS legacy 20 to ZIP+4", "420d{9}d{20}", mod10_times3, {12, 19}, 31, "91", {3, 5}, {14, 9}},
    {"s10", "UPU S10", "a{2}d{9}a{2}", s10, {2, 8}, 10, "", {}, {}},
    {"dhl-express", "DHL Express 10", "d{10}", mod7, {0, 9}, 9, "", {}, {}},
    {"dhl-express", "DHL Express 11", "d{11}", mod7, {0, 10}, 10, "", {}, {}},
    {"dhl-express", "DHL Express piece", "Ja{2,3}d{9,10}", none, {}, 0, "", {}, {}},
    {"dhl-ecommerce", "DHL eCommerce GM", "GMdx{9,38}", none, {}, 0, "", {}, {}},
    {"dhl-ecommerce", "DHL eCommerce LX", "LXdx{9,38}", none, {}, 0, "", {}, {}},
    {"dhl-ecommerce", "DHL eCommerce RX", "RXdx{9,38}", none, {}, 0, "", {}, {}},
    {"dhl-ecommerce", "DHL eCommerce UV", "UVdx{9,38}", none, {}, 0, "", {}, {}},
    {"dhl-ecommerce", "DHL eCommerce CN", "CNdx{9,38}", none, {}, 0, "", {}, {}},
    {"dhl-ecommerce", "DHL eCommerce SG", "SGdx{9,38}", none, {}, 0, "", {}, {}},
    {"dhl-ecommerce", "DHL eCommerce TH", "THdx{9,38}", none, {}, 0, "", {}, {}},
    {"dhl-ecommerce", "DHL eCommerce IN", "INdx{9,38}", none, {}, 0, "", {}, {}},
    {"dhl-ecommerce", "DHL eCommerce HK", "HKdx{9,38}", none, {}, 0, "", {}, {}},
    {"dhl-ecommerce", "DHL eCommerce MY", "MYdx{9,38}", none, {}, 0, "", {}, {}},
    {"dhl-ecommerce", "DHL eCommerce 14", "d{14}", none, {}, 0, "", {}, {}},
    {"canada-post", "Canada Post 16", "d{16}", mod10_times3, {0, 15}, 15, "", {}, {0, 7}},
    {"canpar", "Canpar 22", "[CDKLSUXZ]d{21}", none, {}, 0, "", {}, {}},
    {"dpd", "DPD 28", "d{27}x", mod37_36, {0, 27}, 27, "", {}, {}},
    {"dpd", "DPD 14", "d{14}x", mod37_36, {0, 14}, 14, "", {}, {}},
    {"purolator", "Purolator 12", "[012345]d{11}", luhn, {0, 11}, 11, "", {}, {}},
    {"purolator", "Purolator alpha", "a{3}d{9}", none, {}, 0, "", {}, {}},
    {"old-dominion", "Old Dominion 777", "77[78]d{8}", luhn, {0, 10}, 10, "", {}, {}},
    {"old-dominion", "Old Dominion 072", "072d{8}", luhn, {0, 10}, 10, "", {}, {}},
    {"old-dominion", "Old Dominion 780", "780d{8}", luhn, {0, 10}, 10, "", {}, {}},
    {"old-dominion", "Old Dominion guaranteed", "80d{9}", luhn, {0, 10}, 10, "", {}, {}},
    {"ontrac", "OnTrac C", "Cd{14}", mod10_odd_times2, {1, 13}, 14, "4", {}, {}},
    {"ontrac", "OnTrac D", "Dd{14}", mod10_odd_times2, {1, 13}, 14, "5", {}, {}},
    {"amazon", "Amazon Logistics", "TB[ACM]d{12}", none, {}, 0, "", {}, {}},
    {"amazon", "Amazon international", "[AFC]d{10}", none, {}, 0, "", {}, {}},
    {"gofo", "GOFO US", "GFUSd{14}", none, {}, 0, "", {}, {}},
    {"landmark", "Landmark LTN", "LTNd{8}N1", none, {}, 0, "", {}, {}},
    {"lasership", "LaserShip LX", "L[AIEHNX][123]d{7}", none, {}, 0, "", {}, {}},
    {"lasership", "LaserShip 1LS7 15", "1LS7[12]d{10}", none, {}, 0, "", {}, {}},
    {"lasership", "LaserShip 1LS7 18", "1LS7[12]d{2}01[1234]d{6}-1", none, {}, 0, "", {}, {}},
    {"lasership", "LaserShip 1LSCX", "1LSCXx{10}", none, {}, 0, "", {}, {}},
    {"speedee", "Spee-Dee 20", "SPd{18}", none, {}, 0, "", {}, {}},
    {"yodel", "Yodel JD", "JDd{16}", none, {}, 0, "", {}, {}},
    {"yodel", "Yodel JJD", "JJDd{16}", none, {}, 0, "", {}, {}},
    {"yunexpress", "YunExpress", "YTd{16}", none, {}, 0, "", {}, {}},
});

constexpr std::string_view countries =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV "
    "BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI "
    "FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO "
    "IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG "
    "MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK "
    "PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC "
    "TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";

}  // namespace

std::span<const Format> formats() { return table; }

bool is_country(std::string_view code) {
  for (std::size_t i = 0; code.size() == 2 && i + 2 < countries.size(); i += 3)
    if (countries.substr(i, 2) == code) return true;
  return false;
}

}  // namespace forestall::carriers
