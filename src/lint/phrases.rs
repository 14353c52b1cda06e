//! The phrases that rules look for, in American and British English.
use std::sync::LazyLock;

use super::pattern::Phrases;

macro_rules! phrases {
    ($($(#[doc = $doc:literal])+ $name:ident = [$($phrase:literal),+ $(,)?];)+) => {
        $($(#[doc = $doc])+ pub static $name: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(&[$($phrase),+]));)+
    };
}
pub(super) use phrases;

phrases! {
    /// Sending a résumé, or offering to.
    RESUME = [
        "attach|attached|attaching|enclose|enclosed|enclosing|include|included|including|send|sending|sent|share|sharing|shared|forward|forwarding|forwarded|pass|passing|email|emailing|upload|paste|pasted|submit|submitting|find|provide|bring|here's *6 resume|cv|vitae",
        "my|the|a *2 resume|cv|vitae is|are|can|has *3 attached|enclosed|below|available|here|linked|found|added|included|viewed",
        "my|the|a *2 resume|cv|vitae follows|below|attached|enclosed|here|available",
        "here is *2 my *2 resume|cv|vitae",
        "look|glance|read|feedback|comments|thoughts at|through|on|over my|the *2 resume|cv|vitae",
        "review|critique|check|read|consider|keep|have|see my|the *2 resume|cv|vitae",
        "leave|leaving|give|giving|hand|handing|show|showing|drop|dropping|mail|mailing|post|posting|link|linked|linking|shoot|pop|popped|popping *5 resume|cv|vitae",
        "want|like|need|interested *4 my *2 resume|cv|vitae",
        "my|the *1 resume|cv|vitae is|are at your disposal|service",
        "my|the *1 resume|cv|vitae is|are *2 bottom|end|foot|top|signature|link|profile",
        "my|the|a *2 cover|covering|motivation letter *3 is|are|can|has *3 attached|enclosed|below|available|here|linked|found|added|included",
        "attach|attached|attaching|enclose|enclosed|enclosing|include|included|including|send|sending|sent|share|sharing|forward|forwarding|find *3 my *2 cover|covering|motivation letter",
        "here is *2 my *2 cover|covering|motivation letter",
    ];
    /// Behind a résumé that is not the seeker's, or is not sent.
    NOT_OFFERED = ["of your|the|his|her|their|that|this|a|our", "at home", "behind|aside|out|the|our|teaching|normal|next"];
    /// Before a "resume" that is a verb.
    BEFORE_VERB = ["to|will|can|could|would|may|might|classes|lessons|talks|services|i|we|you|they|it|please|kindly|shall|should|must|let's"];
    /// They asked for it.
    REQUESTED = [
        "as you|we asked|requested|suggested|discussed|agreed",
        "you asked|requested|wanted|offered",
        "that you asked|requested",
        "at your request",
        "per your request",
        "only|just if|when|should you",
        "in case you",
        "your offer|request|asking",
    ];
    /// A time that is asked for without a number.
    SOME_TIME = [
        "quarter of an hour",
        "quarter hour",
        "quarter-hour",
        "half an|a hour",
        "half hour",
        "a few|couple of? minutes",
        "few|couple|several minutes",
        "a minute|moment of|to|with",
        "a quick|short|brief call|chat|talk|conversation|phone",
    ];
    /// What is asked for an amount of time.
    ASKING = [
        "could|would|can|may|might|will|do|are you|i|we|there",
        "any *1 chance|possibility",
        "give|grant|lend|allow|offer me",
        "i'd|i like|love|appreciate|be|hope|wonder|wondered|ask",
        "free|available for",
        "like|love|hoping|hope|grateful|ask|asking|appreciate|spare|willing|open|wondering|wonder|glad|able|happy|need|want|propose|suggest|keen|looking",
        "would *8 be possible|convenient|suit|work|all|okay|ok|fine|alright|too",
        "it|this|we|i|call|conversation|chat|interview|meeting *1 will|would|won't|wouldn't|should *1 take|need|require|last",
    ];
    /// A duration of something else: of the past, of a talk, of a trip.
    OTHER_TIME = [
        "ago|later|away|early|late|earlier|before|after|drive|flight|commute|train|ride|walk|run|talk|lecture|podcast|episode|video|film|keynote|webinar|shift|shifts|day|week|notice",
        "a|per|each|every day|week|month",
    ];
    /// An easy way to say no.
    WAY_OUT = [
        "no pressure|worries|obligation|hurry|rush|problem",
        "not|n't *1 a problem",
        "no hard feelings",
        "no need to reply|answer|respond|write|worry",
        "no is|reply|answer *3 fine|answer|ok|okay|welcome|needed|necessary|expected|required",
        "understand|understandable if|should|whether|that *8 not|can't|cannot|busy|no|unable|isn't|doesn't|don't|rather|prefer|decline|impossible",
        "completely|fully|quite|perfectly|totally|entirely|of|certainly|will|would|i'll|i'd course? understand",
        "if not",
        "if|should *6 too|is|are busy|full|much|occupied",
        "if|should *6 is|isn't|not|n't|doesn't|don't|won't|can't|cannot|aren't *4 possible|convenient|suit|suits|work|works|time|good|right|able|available|allow|allows|permit|interested|comfortable|fit|fits|have|something|person|best|manage|talk|spare|help|free",
        "if|should you'd|you would|prefer|rather *2 not|prefer|decline|n't",
        "if you're|you not|n't",
        "if you are not",
        "if|should you *2 can't|cannot|couldn't|don't|aren't|haven't|wouldn't",
        "feel free|welcome to say|decline|ignore|skip|pass|refuse|tell",
        "please|just|do|simply ignore|decline|disregard|tell|say *5 no|message|email|note|not|so",
        "either way",
        "don't feel|be obliged|obligated|pressured|embarrassed|bad",
        "without|no any? obligation|pressure",
        "only if *6 time|convenient|like|comfortable|happy|suits|easy|want|works|room|up",
        "whatever you decide|decision|answer|choose",
        "if time is|allows|permits|does",
        "if|when your *4 allow|allows|permit|permits|full|lighter|quieter",
        "if you have|find|had|got *2 no|little time",
        "another time|day|week|month would|is|suits|works|if",
        "say no|so",
        "free to|not answer|reply|no",
        "i'd|i|i'll would? quite? understand",
        "that is|that's *2 fine|okay|ok|alright",
        "it's|is *3 fine|okay|ok if|to not|no|you",
        "if|should someone|somebody else *8",
        "if|should this|it|that|now *5 bad|wrong|inconvenient|difficult|busy",
        "if|should it|that|this would be a|any bother|trouble|burden",
        "just|simply|please ignore|disregard|skip|delete|bin this|it|me|that",
        "no|zero|any|take offence|offense|offended",
        "not|n't|won't|wouldn't|never *3 offended|offence|offense|amiss|disappointed|hurt|upset|trouble|chase|pester",
        "won't|not|shan't|n't *2 trouble|bother|write|chase|pester|contact|ask *2 again|further",
        "leave it there|be|at",
        "a|the no is|would|will|from",
        "if|should *6 busy|hectic|full|inconvenient|impractical|awkward|unsuitable|sooner|uncomfortable",
        "think no more",
        "whatever|whichever the|your *1 answer|decision|reply",
        "no reply|answer|response *1 needed|necessary|expected|required",
        "not|n't feel|be *1 obliged|obligated|pressured",
        "happy|fine|grateful|understanding either way",
        "say so|no",
        "no|not|any trouble|bother|matter|harm|fuss",
        "a|the *2 no is|would|will|suits|from",
        "if|should *8 understand|fine|forget|ignore|trouble|problem|worries|okay|alright|offended|disregard|decline",
        "appreciate|know|aware|realise|realize|understand *3 you *3 not|n't|no|little *3 time|able|free|willing|room|wish|want",
        "silence is|will|would|says|answers",
        "leave you in|alone|be",
        "forget i|it|about",
        "never mind",
        "only if *1 you *4",
        "only if you'd *4",
        "told no",
        "understand how",
        "if|should *8 say so|no",
        "if|should *8 please|just|simply tell|say|let",
        "if|should *10 i'll try|stop|wait|ask|leave|keep|not|happily|simply|gladly|just",
        "if|should *10 i will|shall *1 try|stop|wait|ask|leave|keep|not|happily|simply|gladly|just",
        "if|should *8 i'd|i *1 quite|completely|perfectly|fully|of|see",
        "if it|that|you never|cannot|can't|doesn't|don't",
        "if|should *6 in the way",
        "would|is|will *2 a|an|the *3 answer|reply",
        "free to decline|refuse",
        "feel you|that have|you",
        "neither is|would *1 fine|okay|ok|all",
        "nothing is? lost",
        "otherwise|else i|no|that|never",
        "owe me nothing",
        "right|alright|fine|okay|ok to|not *1 decline|refuse|ignore|pass|answer|reply",
        "if|should *10 get it $",
        "turn|turning me down",
        "don't|not hesitate to say|decline|refuse|tell",
        "fine|okay|ok|happy|content|live with a|your no",
        "you may|might be too busy|full|occupied|stretched",
        "in that|this case *1 thank|thanks|please|ignore|no",
    ];
    /// What takes the way out away again.
    PRESSES = [
        "hope|hoping|hopes|trust|pray *4 not|won't|don't|never *1 say|refuse|decline|turn|ignore|disappoint|reject",
        "not|won't|don't|never|can't|cannot take|accept|say|hear a? no",
        "not|don't|won't|never refuse|decline|reject|disappoint",
    ];
    /// Something of the person's own that the seeker wants to hear about.
    REASON = [
        "your *3 article|talk|post|posts|paper|papers|piece|podcast|interview|book|blog|keynote|lecture|presentation|thread|essay|report|video|panel|project|projects|thesis|dissertation|study|column|newsletter|exhibition|exhibit|design|designs|research|comment|comments|answer|answers|chapter|film|documentary|workshop|seminar|session|webinar|story|case|remark|question|slides|code|library|tool|app|campaign|garden|map|maps|remarks",
        "your *3 move|switch|transition|change|shift|path|route|step|jump|leap|journey|return|decision|choice|transfer|apprenticeship|training from|to|into|through|out|back|as|at|with",
        "your *2 work|role|job|years|time|experience|background|career|part|expertise on|in|at|with|as|for|running|leading|building|between|across|designing|developing|teaching|treating|restoring",
        "your team|department|lab|firm|company|studio|museum|school|clinic|hospital|group|office *6 does|uses|used|builds|built|handles|handled|works|worked|moved|changed|chose|made|makes|runs|ran|trains|tests|decides|organises|organizes|treats|restores|publishes",
        "how|why|when|where you|your|someone|somebody|people *3 went|moved|came|got|started|became|chose|decided|left|switched|built|build|find|found|made|make|use|used|work|handle|combine|learned|learnt|run|organise|organize|trained|train|plan|planned|choose|decide|turned|changed|joined|entered|landed|approach|measure|test|teach|balance|prepared|tell|keep|deal|grew|write|weigh|design|price|treat|win|get|persuade|set|managed|manage|began|go",
        "as you did|have|do",
        "how|why|when did|do|does|have|has|was|were|are you|your *2",
        "how|why|when you redrew|kept|keep|knew|know|told|tell|taught|play|played|write|wrote|did|do|prepare|prepared|spend|ended|met|raised|moved|collect|collected|stay|stayed|opened|apply|applied|draw|drew|plan|mix|choose|grow|see|saw",
        "read|heard|saw|know|learned|learnt|mentioned|told|says|said *6 that you",
        "told me about|of the|a|an|how|what|why|when",
        "says|said|told|tells *3 nobody|no *5 knows|understands|does|has",
        "you have|'ve kept|held|stayed|raised|taught|written",
        "what made|led|drew|brought|helped|surprised|convinced you",
        "what *8 like at|in|for|on|to|with your|you|a|an",
        "what your|a|the *4 day|days|week|work|job|role|team is|are|looks|look|consists|asks|takes",
        "you moved|switched|went|left|built|led|wrote|spoke|gave|published|founded|started|joined|made|said|changed|trained|designed|worked|run|ran|lead|manage|teach|came|became|restored|described|turned|headed|translated|opened|explained|mentioned|studied|taught|went|wrote|work|set|curated|produced|edited|organised|organized|recorded|helped|moved",
        "you've|have|had moved|switched|gone|left|built|led|written|published|founded|made|changed|worked|run|managed|taught|turned|done|spent|designed|come|gone|trained *2 from|to|a|the|in|on|at|with|as|both|your|into|of",
        "who *1 moved|switched|went|left|changed|made|came|trained|turned|did|has|have|studied|works|worked *6 from|to|into|in|at|both",
        "one of the|very few|only",
        "you as *2 the|a|an|one",
        "introduced|described|named|quoted|listed|profiled you",
        "great|right|best|good person|one to *3 about|for",
        "heard|saw|watched|seen you *1 answer|argue|ask|build|describe|explain|lead|make|play|present|read|say|show|speak|talk|teach|tell",
        "seeing|saw|read|noticed your name on|in|under|below",
        "you *7 talking|speaking|writing|explaining|arguing|describing|telling about|on|how|why|that|what",
        "attended|watched|heard|read|enjoyed *4 webinar|talk|lecture|article|interview|book|piece|seminar|speech|podcast *2 on|about",
        "for you to change|move|switch|leave|become|start|go|begin|come",
    ];
    /// How the seeker came upon the person.
    FOUND = [
        "found|find|saw|noticed|discovered|spotted|got|have|had|came|read|heard|learned|learnt *3 you|your|you're|you've",
        "your *8 is|was the? reason|why",
        "in|from your *2 article|post|talk|interview|paper|book|column|podcast|essay|thread",
        "bought|buy|got *4 from you",
        "my|our *1 sister|brother|daughter|son|wife|husband|father|mother|partner|aunt|uncle",
        "i|i've have? read|seen|heard|watched",
        "came|come|stumbled across|upon|on *5 you|your|article|talk|profile|name|interview|post",
        "saw|read|heard|watched|attended|enjoyed|listened|reading|hearing|watching|listening|seeing *7 you|your",
        "met|meeting|meet you at|on|in|last|during|after|through|briefly",
        "we met|spoke|sat|talked|were|share|shared|both|overlapped|worked|studied|are *2 at|on|in|next|last|both|studied|together|a|the|briefly|graduates|alumni|members|during|after|worked",
        "suggested|recommended|mentioned|told|introduced|referred|pointed|thought|said|advised|encouraged *5 i|me|you|your|us|that",
        "suggestion|recommendation|advice|introduction|encouragement of|from",
        "at|on|by *4 suggestion|recommendation|advice|introduction",
        "gave|passed|shared|given|sent|has me *4 name|address|details|number|contact",
        "your name|profile|address|details|company|work|article|talk|page|post|story *3 came|comes|was|is|appeared|appears|from|listed|in|on|turned|stood|caught",
        "alumni|alumnae|alumna|alumnus|alum|alums|graduate directory|network|database|association|list|group|page|event|of|office|portal|platform|evening|magazine|from|newsletter",
        "fellow *2 here",
        "fellow *3 alum|alumna|alumnus|graduate|student|member|runner|volunteer|alumni|classmate|parent|veteran|librarian|chorister",
        "same *4 school|university|college|program|programme|course|department|degree|town|team|club|professor|class|choir",
        "on|through|via|from|in linkedin|twitter|mastodon|instagram|meetup|slack|github|facebook",
        "linkedin profile|page|post|search",
        "both studied|went|attended|worked|graduated|volunteer|sing|belong|know|grew|took",
        "friend|colleague|neighbour|neighbor|cousin|student|sister|brother|classmate of *2 yours|mine|ours",
        "mutual|our|my *2 friend|acquaintance|colleague|connection|professor|teacher|neighbour|neighbor|aunt|uncle|cousin|adviser|advisor|mentor|tutor *6 suggested|told|mentioned|recommended|said|introduced|thought|knows|gave|pointed",
        "your talk|article|post|interview|podcast|keynote|lecture|panel|session|book|column|webinar|workshop|paper *8 at|in|on|for|last|about",
        "read|reading|saw|seeing|heard|hearing *3 about you|your",
        "copied|cc'd|connected|put us|you",
        "showed|sent|forwarded|handed|lent|gave|read me|us",
        "introduced|described|named|quoted|listed|profiled you",
        "i've|been following|reading|watching|listening *2 your|you|to",
        "i|we *2 attended|watched|heard|read|saw|followed|follow|met|remember|noticed|enjoyed|loved|overlapped",
        "in|at|from|through|via the|our|a *4 directory|newsletter|programme|program|bulletin|minutes|magazine|listing|register|roster|forum|seminar|conference|meetup|podcast|network",
        "overlapped at|by|in|for",
    ];
    /// The telephone, a screen, or a place that suits them.
    MEETING_PLACE = [
        "over|a|for|buy|grab|have *3 coffee|lunch|tea|breakfast|sandwich",
        "phone|telephone|call|video|zoom|teams|skype|facetime|cafe|whatsapp|meet|hangouts|webex|signal",
        "come|meet|visit|talk|chat|coffee|speak|conversation|tea|lunch|minutes|you|or *4 at|to|near|in your|the *2 office|campus|studio|lab|workshop|clinic|hospital|school|museum|library|site|practice|yard|farm|shop",
        "near|close to? you|your|where",
        "wherever|whichever|whatever|anywhere *4 suits|convenient|works|you|easiest|like|prefer",
        "place|spot|convenient *4 you|your|suits|place|spot|location",
        "by|on the? line|screen",
        "come to you|your",
        "ring|dial|skype",
        "come|stop|drop by|to|over|round|past|and",
        "visit you",
        "whenever|wherever|however|whichever|whatever *4 prefer|suits|like|likes|easiest|convenient|best|choose",
        "in person",
        "face to face",
        "telephoning|phoning|calling|videocall|videoconference|facetiming",
        "visit|visiting for|the|your|at|to",
        "drive|walk|cycle|pop|run over|by|up|down|round|in",
        "minute|minutes|hour after|before *2 rehearsal|class|training|practice|service|church|work|school|lunch|meeting",
        "phone|ring|telephone|call you|me",
    ];
    /// Asking for a conversation.
    ASK_TALK = [
        "could|would|can|may|might *8 speak|talk|chat|call|meet|conversation|minutes|ask *6 you|about|minutes|with|on|your|phone",
        "like|love|grateful|appreciate|hoping|hope|welcome|glad *6 speak|talk|chat|call|meet|conversation|minutes *4 you|about|minutes|with|of|phone",
        "spare *4 minutes|minute|half|quarter|time",
        "you have *4 minutes|minute|half|quarter|time",
        "open|willing|available|free|able to|for *4 speak|talk|chat|call|conversation|meet|meeting|minutes|coffee",
        "over a *2 call|chat|coffee|lunch",
        "could|would|can|may|might *2 come|drop|stop *4 minutes|you|by",
    ];
    /// Asking to be introduced to others.
    ASK_INTRODUCTION = [
        "introduce me to *6 people|colleagues|someone|somebody|others|team|manager|contacts|friends|anyone|anybody|ceo|boss|head|director|her|him|them",
        "could|would|can|please *5 introduce|connect|put me",
        "introductions|introduction|intro to *4 others|people|colleagues|someone|anyone|contacts|friends",
        "pass|give|send me *4 names|contacts|numbers|addresses",
        "and|to|also|please|could|would|can introduce me",
    ];
    /// Asking for an opinion on the seeker's papers.
    ASK_REVIEW = [
        "review|critique|proofread|check|assess|comment|feedback on? my|a|the *4 resume|cv|portfolio|letter|website|essay|statement|profile|application|manuscript|thesis|plan|novel|code|draft",
        "look|glance|read|feedback|comments|thoughts|opinion at|through|on|over|about my|the *4 resume|cv|portfolio|letter|website|essay|statement|profile|application|manuscript|thesis|plan|novel|code|draft",
        "read my *4 letter|essay|statement|manuscript|thesis|plan|novel|draft|portfolio",
    ];
    /// Asking for guidance over time.
    ASK_MENTOR = [
        "be|become|being my|a mentor|coach",
        "mentor|coach me",
        "meet|talk|speak|call every|each|weekly|monthly|regularly *2 week|month",
    ];
    /// Asking to come and watch.
    ASK_VISIT = [
        "shadow you|someone|somebody|your|the|a",
        "visit|tour your|the *2 office|offices|plant|lab|studio|factory|team|site|workshop|newsroom",
        "tour of your|the",
        "spend|spending a|the|one|some *1 day|days|week|time with|at|in you|your",
    ];
    /// Asking for answers in writing.
    ASK_WRITING = [
        "answer|answering|reply|fill|complete *4 questions|questionnaire|survey|form *5",
        "send|write me *3 list|notes|advice|tips|answers|summary",
    ];
    /// Asking for words of praise.
    ASK_ENDORSE = [
        "endorse|endorsing me|my",
        "write|give me a *2 recommendation|reference|testimonial",
        "act|serve|be as|my|a *1 referee|reference",
    ];
    /// A choice between ways of doing one thing.
    ALTERNATIVE = ["or|alternatively|instead|otherwise"];
    /// Said so often that it says nothing.
    WORN = [
        "pick|picking|picked your|you|someone's|his|her *1 brain|brains",
        "touch|touching base",
        "circle|circling back",
        "low hanging fruit",
        "think|thinking outside|out of? the box",
        "hit|hitting the ground running",
        "hope|hoping|trust *1 this|my *1 email|e|message|note|letter|mail *1 finds|find you *3 well|health|spirits",
        "hope you're|are doing|keeping well",
        "at your earliest convenience",
        "per|to as? my last|previous|earlier email|message|mail",
        "just checking in",
        "just following up",
        "just wanted|wanting to follow|check|touch|circle|bump|see|reach",
        "bump|bumping this",
        "win win",
        "hop|jump|hopping|jumping on a|the *2 call|zoom|chat",
        "move|moves|moving the needle",
        "deep dive",
        "dream company|job",
        "synergy|synergies",
        "huge|big|massive fan",
        "blown away",
        "rockstar|guru|ninja",
        "leverage|leveraging your|my|our|the",
        "expand|expanding|grow|growing my *1 network",
        "value|added add",
        "passionate about",
        "game changer",
        "game changing",
        "wear|wearing many hats",
        "self starter",
        "results driven|oriented",
        "reach|reaching out to touch",
        "kindly revert",
        "do the needful",
        "long time follower|admirer",
    ];
    /// Asking pardon.
    APOLOGY = [
        "sorry|apologies|apologize|apologise|apologising|apologizing *3 bother|bothering|disturb|disturbing|trouble|troubling|intrude|intrusion|bothered|cold|blue|length|long|sudden|random|email",
        "sorry|apologies|apologize|apologise|apologising|apologizing",
        "forgive|pardon|excuse me|the|my|this",
        "hate|hesitate|afraid|loath to bother|ask|impose|trouble|disturb|intrude",
        "don't|not want|wish|mean|like to *1 bother|waste|take|impose|disturb|trouble|intrude|annoy|pester|be *2 a? nuisance?",
        "waste|wasting|wasted your time",
        "know|aware|sure|realise|realize|imagine *1 you *2 busy|swamped|flooded|overwhelmed",
        "you're|are|be *1 very|extremely|incredibly|super|so|terribly busy",
        "bother|bothering|disturb|disturbing|trouble|troubling you",
        "out of the blue",
        "my *2 apology",
    ];
    /// A thing that was said, for which thanks can be given.
    SPECIFIC = [
        "your *3 advice|suggestion|suggestions|point|story|stories|tip|tips|recommendation|description|explanation|example|examples|insight|idea|ideas|remark|comment|comparison|warning|list|sketch|account|answer|question|observation|honesty|view|analogy|diagram|notes|reminder about|on|to|that|of|for|how|regarding|from|as|between|with|against",
        "you said|told|mentioned|suggested|described|explained|recommended|advised|showed|shared|pointed|named|drew|warned|walked|compared|put *2 that|you|would|never|how|about|me|the|a|was|is|why|when|of|out|to|it|us|i|between|your|what|through|my|had|at",
        "what you said|told|described|explained|showed|shared|mentioned *1 about|me|on|regarding|of|stayed|made",
        "especially|particularly|particular|most|specially *6 liked|enjoyed|remember|helpful|useful|valuable|interesting|struck|helped|surprised|about|your|how|how|encouraging|when",
        "struck|surprised|helped|stayed|impressed|convinced|changed|stuck|surprising *2 me|with|how|that|by|my|was",
        "since|after then|we|our|you *6 read|signed|looked|written|tried|contacted|started|ordered|joined|applied|changed|rewrote|begun|bought|enrolled|registered",
        "i've|i have|already|started|began *2 read|signed|looked|written|tried|contacted|started|ordered|joined|rewritten|begun|bought|enrolled|registered|reading|rewriting",
        "i|i'll will|am|plan|mean going|to|now *3 read|sign|look|write|try|contact|start|order|join|rewrite|begin|buy|enrol|enroll|register|call|follow|take|use|learn",
        "learned|learnt|understood|realised|realized|understand|learning that|how|why|about|what|from",
        "introducing me to",
        "introduction to",
        "new|news|surprise|surprising|striking *3 that|how",
        "putting|put me in touch",
        "your *2 thought|thoughts|words|remarks on|about",
        "the|that|this|one *1 advice|suggestion|point|story|tip|recommendation|explanation|example|insight|idea|remark|comment|comparison|warning *3 about|on|to|that|of|for|how|regarding",
        "for showing|explaining|telling|walking|drawing|lending|suggesting|recommending|pointing|describing|warning|reminding|persuading",
    ];
    /// Apologies that feel with somebody.
    SYMPATHY = [
        "sorry *2 hear|learn|read",
        "sorry *1 for|about|over|at|to *4 loss|losses|death|passing|bereavement|illness|injury|news|accident|fire|flood|layoff|layoffs|diagnosis",
        "sorry that? you|your|you're|you've",
    ];
    /// Behind an attachment that is none.
    NOT_ATTACHED = [
        "to|theory|theories|style|styles|disorder|disorders|parenting|research|figure|figures|point|points",
        "great|much|little|some|such|real|particular? importance|weight|value|significance|meaning",
        "no|nothing|neither|none",
    ];
    /// Before what somebody else would have the seeker do.
    ADVISED = ["tell|tells|told|telling|advise|advises|advised|urge|urges|urged me|us|people|everybody|everyone to"];
    /// What is taken up again, or left: "we resume attaching labels" attaches nothing.
    ABOUT_ATTACHING = ["resume|stop|start|begin|keep|avoid attaching|enclosing"];
    /// Words that are names, too, and are none here.
    NO_NAME = [
        "mark my|our|these|his|her words|word",
        "may i|we|you|it|this|there|the",
        "will i|we|you|it|this|there|the|your|that",
        "hope you|this|that|to|all|your|it|we",
        "grant me|us|that",
        "bill me|us",
    ];
    /// A word that says something is attached.
    ATTACHED = [
        "attach|attached|attaching|attachment|attachments",
        "enclose|enclosed|enclosing",
    ];
    /// Before the name of whom one greets.
    GREETING = [
        "hi|hello|dear|hey|greetings|hiya|howdy|respected|esteemed|hallo|liebe|lieber|servus|moin|ciao|bonjour|salut|hola|cher|chere|caro|cara|estimado|estimada|querido|querida|prezado|prezada|ola|gentile|egregio|egregia|kære|hei|hej|beste|geachte|szanowny|szanowna|namaste|salam|shalom|aloha|merhaba",
        "buenos|buenas dias|tardes|noches",
        "bom|boa dia|tarde|noite",
        "sehr geehrte|geehrter",
        "guten tag|morgen|abend",
        "good morning|afternoon|evening|day",
        "to whom",
    ];
    /// Behind a greeting that is meant for nobody.
    NOBODY = [
        "sir|madam|ma'am|sirs|gentlemen|ladies|there|all|everyone|everybody|friend|friends|colleague|colleagues|team|professional|recruiter|manager|hiring|alum|alumni|alumnus|alumna|folks|whom|whomever|connection|contact|member|you|again|stranger|guys|expert|leader|it|human|hr|owner",
    ];
    /// The line before the name at the end.
    CLOSING = [
        "best|regards|sincerely|cheers|yours|warmly|gratefully|respectfully|cordially|thanks|faithfully|warm|kind|kindest|bests",
        "thank you",
        "many|with thanks|gratitude|appreciation|best|kind|warm|regards",
        "all the best",
        "take care",
        "good|kind wishes",
        "groeten|groetjes|cordialement|amities|saludos|atentamente|abrazos|cordialmente|viele|herzliche|hilsen|pozdrawiam|grusse",
        "mit|med *3",
        "talk|speak|see soon|you",
        "looking forward",
    ];
    /// Words that are shouted for emphasis when all in capitals.
    EMPHASIS = [
        "urgent|please|very|really|so|need|help|important|thank|thanks|now|must|amazing|love|huge|never|always|any|all|today|not|free|great|best|hope|want|need|you|your|read|reply|again|hello|sorry|only|immediately|attention|job|call|too|extremely|absolutely|desperate|desperately|super|big|wow|is|are|am|this|just|do|will|have|can|me|my|for|and|the",
    ];
    /// Tells that nothing of the kind is meant.
    NEGATION = [
        "not|never|no|without|nor|neither|none|nothing|isn't|aren't|don't|doesn't|didn't|won't|wouldn't|can't|cannot|couldn't|shan't|shouldn't|wasn't|haven't|hasn't|ain't|hardly|rather|instead|avoid|nobody",
    ];
    /// Of these, those that do not deny what follows.
    NO_DENIAL = [
        "not sure|certain|only|just|yet|clear|know",
        "don't|didn't|do|did not? know|hesitate",
        "no|without doubt|question|hesitation",
        "why not|don't|won't|can't",
        "if not",
        "rather well|good|like|hope|want|interested",
        "not|don't|won't|couldn't|cannot|can't *1 help|wait|resist",
        "would|i'd rather",
    ];
    /// Behind a phrase: denies it.
    DENIED_AFTER = [
        "is|are|was not|never *8",
        "isn't|aren't|wasn't",
        "is the last thing",
        "is|are none of",
    ];
}
