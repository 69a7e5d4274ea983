/** The emoji of the picker, by group, each with the words it is found by. Loaded when the picker is first opened. */

export type EmojiGroup = "faces" | "hands" | "hearts" | "things" | "signs";

export interface Emoji {
  text: string;
  words: string;
}

const TABLE: Record<EmojiGroup, string> = {
  faces: `😀 grinning happy|😃 smile happy open|😄 smile happy eyes|😁 beaming grin|😆 laughing|😅 sweat relief laugh|😂 joy tears laugh
|🤣 rolling laughing|🙂 slight smile|🙃 upside down|😉 wink|😊 blush smile|😇 halo angel innocent|🥰 hearts love adore|😍 heart eyes love
|🤩 star struck wow|😘 kiss|😗 kissing|😋 yum tasty|😛 tongue|😜 wink tongue|🤪 zany silly|🤗 hug|🤭 giggle oops|🤫 quiet shush
|🤔 thinking|🤨 raised eyebrow doubt|😐 neutral|😑 expressionless|😶 no mouth silent|😏 smirk|😒 unamused|🙄 rolling eyes|😬 grimace
|😌 relieved|😔 pensive sad|😪 sleepy|😴 sleeping|😷 mask ill|🤒 fever ill|🤕 bandage hurt|🤢 sick|🥵 hot|🥶 cold|😵 dizzy|🤯 mind blown
|🥳 party celebrate|😎 cool sunglasses|🤓 nerd|🧐 monocle inspect|😕 confused|😟 worried|🙁 frown|😮 surprised open|😯 hushed|😲 astonished
|😳 flushed|🥺 pleading please|😦 frown open|😨 fearful|😰 anxious sweat|😥 sad relieved|😢 cry tear|😭 sob cry|😱 scream|😖 confounded
|😣 persevere|😞 disappointed|😓 downcast sweat|😩 weary|😫 tired|😤 huff|😡 angry rage|😠 angry`,
  hands: `👍 thumbs up yes good ok|👎 thumbs down no bad|👌 ok perfect|🤞 fingers crossed luck|✌️ victory peace|🤟 love you|🤘 rock
|🤙 call me|👈 left point|👉 right point|👆 up point|👇 down point|☝️ index up one|👋 wave hello bye|🤚 back of hand|🖐️ hand five
|✋ stop hand|🖖 vulcan|👏 clap bravo|🙌 raised hands hooray|👐 open hands|🤲 palms|🤝 handshake deal|🙏 please thanks pray|💪 strong muscle
|✍️ writing|👀 eyes look|🧠 brain|🤷 shrug|🤦 facepalm|🙋 raise hand question|🙅 no gesture|🙆 ok gesture|💁 information desk|🙇 bow sorry`,
  hearts: `❤️ red heart love|🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🖤 black heart|🤍 white heart
|💔 broken heart|💕 two hearts|💖 sparkling heart|💗 growing heart|💯 hundred perfect|💥 boom|💫 dizzy star|💦 sweat drops|🔥 fire hot
|✨ sparkles new|⭐ star|🌟 glowing star|🎉 party tada congratulations|🎊 confetti|🎁 gift present|🎈 balloon|🎂 cake birthday|🏆 trophy win
|🥇 first medal|🌈 rainbow|☀️ sun|🌙 moon|☕ coffee|🍀 clover luck|🌹 rose|💐 flowers bouquet`,
  things: `🚀 rocket launch fast|🚗 car|🚚 delivery lorry truck|🚲 bicycle|✈️ plane flight|🏠 house home|🏢 office|📦 parcel package box|📱 phone mobile
|💻 laptop computer|🖥️ screen desktop|🖨️ printer|⌨️ keyboard|📷 camera photo|🎥 video|📞 telephone call|📧 e-mail|✉️ letter envelope|📝 note memo
|📄 page document|📁 folder|📎 paperclip attach|📌 pin|📅 calendar date|📈 chart up|📉 chart down|🔍 search magnifier|🔑 key|🔒 locked secure
|🔓 unlocked|🔧 wrench repair|🔨 hammer|⚙️ settings gear|🧰 toolbox|🛒 cart shopping|💳 card payment|💰 money|🧾 receipt|🏷️ price label tag
|⏰ alarm time|⏳ hourglass wait|⌛ hourglass done|💡 idea bulb|🔋 battery|🔔 bell|🔗 link|🗑️ bin delete|🪑 chair|🛋️ sofa`,
  signs: `✅ check done yes|☑️ box ticked|✔️ tick|❌ cross no|❗ exclamation important|❓ question|⚠️ warning|🚫 forbidden|⛔ no entry|ℹ️ information
|🆗 ok|🆕 new|🆓 free|🔄 again refresh|➡️ right arrow|⬅️ left arrow|⬆️ up arrow|⬇️ down arrow|➕ plus|➖ minus|🔴 red|🟡 yellow|🟢 green|🔵 blue
|1️⃣ one|2️⃣ two|3️⃣ three|💬 speech chat|💭 thought|🌐 globe web|©️ copyright|™️ trade mark|💤 sleep zzz`,
};

export const EMOJI: [EmojiGroup, Emoji[]][] = Object.entries(TABLE).map(([group, rows]) => [
  group as EmojiGroup,
  rows.split("|").map((row) => {
    const at = row.trim().indexOf(" ");
    return { text: row.trim().slice(0, at), words: row.trim().slice(at + 1) };
  }),
]);

/** Those of which every word of `wanted` begins a word. */
export function findEmoji(wanted: string): [EmojiGroup, Emoji[]][] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (emoji: Emoji) => words.every((word) => ` ${emoji.words}`.includes(` ${word}`));
  return EMOJI.map(([group, list]): [EmojiGroup, Emoji[]] => [group, list.filter(fits)]).filter(
    ([, list]) => list.length > 0,
  );
}
