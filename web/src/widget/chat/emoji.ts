/** The emoji of the small picker, by group. Each is one code point, so that a string of them can be taken apart. */
export const emoji_groups = [
  "😀😃😄😁😆😅😂🤣🙂🙃😉😊😇🥰😍🤩😘😗😚😙😋😛😜🤪😝🤗🤭🤫🤔😐😑😶😏😒🙄😬😌😔😪😴😷🤒🤕🤢🥵🥶😵🤯🥳😎🤓🧐😕😟🙁😮😯😲😳🥺😦😧😨😰😥😢😭😱😖😣😞😓😩😫😤😡",
  "👍👎👌🤞🤟🤘🤙👈👉👆👇👋🤚🖐🖖👏🙌👐🤲🤝🙏💪👀🧠🤷🤦🙋🙅🙆💁",
  "💙💚💛🧡💜🖤🤍💔💕💖💯💥💫💦🔥✨🎉🎊🎁🎈🏆🌟🌈",
  "🚀🚗🚚🚲🏠🏢📦📱💻🖥📷📞📧📝📄📎📌📅📈📉🔍🔑🔒🔓🔧🔨🛒💳💰⏰⌛💡🔋🔔❓❗✅❌",
];
