/**
 * Words of one sense, for label words. Left of the colon: how labels name the sense (folded: lower case, single spaces), beside
 * the words themselves; right of it: words that a model may say for it, the usual ones first.
 */
const SENSES = `
very negative, strongly negative, most negative, 1 star, one star: terrible awful horrible worst dreadful disgusting hate garbage
negative, neg, con, cons, unfavorable, thumbs down, not recommended, pessimistic: bad terrible negative poor awful boring worse horrible disappointing no wrong sad
somewhat negative, slightly negative, 2 stars, two stars: bad poor disappointing weak boring
neutral, neu, mixed, medium, 3 stars, three stars, moderate: okay fine average neutral mixed fair decent mediocre alright
somewhat positive, slightly positive, 4 stars, four stars: good nice pleasant enjoyable fun
positive, pos, pro, pros, favorable, thumbs up, recommended, optimistic: good great positive excellent wonderful amazing nice fun perfect better yes right happy
very positive, strongly positive, most positive, 5 stars, five stars: great excellent wonderful amazing perfect fantastic brilliant best love

yes, y, true, t, entailment, entails, correct, agree, support, supports, supported, accepted, acceptable, approved, related, valid, equivalent, paraphrase, same: yes true right correct sure indeed good
no, n, false, f, contradiction, contradicts, incorrect, disagree, refute, refutes, refuted, rejected, unacceptable, denied, unrelated, invalid, not equivalent, not paraphrase, different: no false wrong never not bad
unknown, undetermined, not enough info, unclear, unsure, maybe, not mentioned: maybe perhaps unknown unclear possibly

spam, junk, scam, phishing, fraud, malicious, promotion, promotional, ad, advertisement: spam junk scam fraud fake advertising money free offer
ham, not spam, legitimate, legit, genuine, clean, safe, no spam, normal: normal personal real fine message friend honest true
toxic, hate, hateful, offensive, abusive, abuse, insult, hate speech: hate hateful rude bad terrible angry evil
non toxic, not toxic, nontoxic, not hate, not offensive, inoffensive, neither, none: fine normal okay good nice clean

urgent, high, critical, emergency, p0, p1, severe, blocker, immediate, asap, important: urgent important critical emergency serious now severe high
low, minor, trivial, not urgent, non urgent, whenever, p3, p4, unimportant: minor small later low little simple
medium, normal, p2, routine, standard: normal average usual standard regular

world, politics, political, international, foreign, government, nation, us, u.s.: world politics political international government war military foreign global countries president
sports, sport, athletics: sports sport football baseball basketball soccer team game games league
business, finance, economy, money, financial, economics, markets, market: business money financial economic market economy trade companies stocks
technology, tech, sci/tech, sci tech, science, science and technology, sci-tech, computers, it: technology science computer software internet computers scientific technical online digital
entertainment, arts, culture, movies, movie, film, films: entertainment film movie music movies culture art television celebrity
music, song, songs: music song band album songs
health, medical, medicine, healthcare: health medical medicine doctor hospital disease
travel, flight, flights, trip, hotel, tourism: travel trip flight hotel airport journey
food, restaurant, restaurants, cooking, recipe: food restaurant cooking meal dinner
education, school, university, teaching: education school students university college
law, legal, crime, court, police: law legal crime court police
weather, climate, environment, nature: weather climate environment nature
religion, faith, church: religion church faith god
cars, car, auto, autos, vehicle, vehicles: car cars vehicle driving
games, gaming, video games, game: games game play
opinion, editorial, subjective, opinions: opinion view think feel personal
objective, fact, facts, factual, plot: fact facts plot story objective

bug, bugs, defect, error, issue, problem, incident, crash, failure, fault: bug error problem broken crash wrong failed fault issue
feature, feature request, enhancement, request, suggestion, improvement, idea: feature request idea suggestion new improvement wish add
billing, bill, payment, payments, invoice, charge, refund, refunds: billing payment money bill paid charged price refund credit
account, accounts, login, log in, password, access, sign in: account password login access user identity
shipping, delivery, order, orders, package: shipping delivery order package mail arrived
technical, tech support, technical support, support: technical computer software help
sales, purchase, buy, pricing: sales buy price purchase
cancel, cancellation, cancel order, unsubscribe, churn: cancel stop leave quit
complaint, complaints, complain: complaint problem angry bad unhappy
praise, compliment, thanks, thank you, gratitude: thanks great praise good grateful
question, inquiry, enquiry, query, how to, howto, docs, documentation: question ask how why help
answer, statement, inform, information: answer information fact statement
command, order to do, instruction, directive: command order please do
greeting, hello: hello hi greetings welcome
other, misc, miscellaneous, general, else, unsorted: other general something various else

abbr, abbreviation, acronym, expansion: abbreviation short letters meaning
desc, description, definition, manner, reason: description definition reason meaning how why
enty, entity, thing, object, animal, product: entity thing object animal product
hum, human, person, people, individual, name, who: person people human who name man
loc, location, place, city, country, where, geography: location place city country where
num, number, numeric, count, quantity, date, amount, how many, when: number date amount year many money

anger, angry, mad, annoyed, annoyance: anger angry mad furious annoyed rage
joy, happy, happiness, amusement, excitement: happy joy fun excited glad
sadness, sad, sorrow, grief, depression: sad sadness sorrow grief unhappy
fear, afraid, scared, anxiety, nervousness: fear afraid scared terror worried
love, affection, caring: love loving romantic sweet care
surprise, surprised, shock: surprise surprised shocking sudden wow
disgust, disgusted: disgust disgusting sick nasty

male, m, man, men: man he male boy his
female, woman, women: woman she female girl her
formal, polite, politeness: formal polite official please
informal, casual, impolite, rude: informal casual rude slang
simple, easy, beginner: simple easy basic
hard, complex, difficult, advanced, expert: hard difficult complex
before, past, earlier: before past ago
after, future, later: after future soon
increase, up, rise, growth, bullish, buy signal: up rise higher growth gain
decrease, down, fall, decline, bearish, sell: down fall lower decline loss
real, true news, reliable: real true reliable fact
fake, fake news, unreliable, hoax, misinformation: fake false lie hoax
sarcastic, sarcasm, irony, ironic: sarcastic ironic joke
not sarcastic, sincere, serious: serious honest sincere
`;

interface Sense {
  readonly names: readonly string[];
  readonly words: readonly string[];
}

const senses: readonly Sense[] = SENSES.trim()
  .split(/\n+/)
  .map((line) => {
    const colon = line.indexOf(':');
    return {
      names: line.slice(0, colon).split(', '),
      words: line
        .slice(colon + 1)
        .trim()
        .split(' '),
    };
  });

/** Words for a folded label, or for one of its words: those of the senses that it names, then of those that it is a word of. */
export function synonymsOf(name: string): string[] {
  const named = senses.filter(({ names }) => names.includes(name));
  const found = named.length > 0 ? named : senses.filter(({ words }) => words.includes(name));
  return [...new Set(found.flatMap(({ words }) => words))].filter((word) => word !== name);
}
