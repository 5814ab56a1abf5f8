<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name></name>
    <message>
        <source>No camera found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plug one in and press F5, or open a video or a photo with Ctrl+O.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press Start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press Resume to go on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The camera is gone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is used again as soon as it is back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture is black</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Is the lens covered, or the light off?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture stands still</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody is recognised meanwhile. Unplug the camera and plug it in again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about 1 stranger in {count} would pass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unknown person</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot judge yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody enrolled</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CrashDialog</name>
    <message>
        <source>Something went wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is a fault of SiamApp. Nobody was accepted because of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The report below holds no picture. Please send it to the makers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy report</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DecisionPanel</name>
    <message>
        <source>Decision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distance to the nearest person (smaller is more alike)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No picture yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a source and press Start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At this limit {words}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nearest: {name} at {distance:.2f}. </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runner-up: {name} at {distance:.2f}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DistanceBar</name>
    <message>
        <source>Distance against threshold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>distance {distance}, threshold {threshold:.2f}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>limit {0:.2f}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EnrollForm</name>
    <message>
        <source>What to do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Good looks gathered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Samples gathered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First and last name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enrol anyway</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give a name and choose a camera, a video or photos.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at the camera.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{good} of {wanted} good looks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Good. Turn your head slowly, a little to each side.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count}; the best are kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ready to save.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Now give a name and save.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is enrolled with {count}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tick “Enrol anyway” if this really is somebody else.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not enrolled.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EnrollPage</name>
    <message>
        <source>Photos…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enrol</source>
        <translation>登记</translation>
    </message>
    <message>
        <source>Add a person from a camera, a video or photos.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press Start and look at the camera</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn your head a little to each side. Or drop photos or a video here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop photos or a video here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No camera was found. Plug one in and press F5, or choose files above.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos or a video of one person</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos and videos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no photo or video among these files. Choose JPEG, PNG or MP4.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking at {count} photos…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LivePage</name>
    <message>
        <source>Compare with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Anyone enrolled (identify), or one person (verify)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enrol somebody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live</source>
        <translation>实时识别</translation>
    </message>
    <message>
        <source>Who is in view, decided on this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody in view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Come in front of the camera.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No picture yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a source and press Start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot see</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody is recognised until the picture is back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Anyone enrolled</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Pages</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>OpeningPage</name>
    <message>
        <source>Opening</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening the gallery…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models are checked.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PassphraseDialog</name>
    <message>
        <source>Gallery passphrase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a passphrase for the gallery. It cannot be recovered if it is lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gallery is locked. Enter its passphrase.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Passphrase again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Passphrase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Once &amp;again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At least {count} characters.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The two differ.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PeoplePage</name>
    <message>
        <source>Search by name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>People</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Everybody in the gallery on this computer, encrypted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody is enrolled yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enrol the first person from the camera, a video or photos.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enrol somebody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No such name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try fewer letters.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PersonCard</name>
    <message>
        <source>New name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enrolled on {day}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{eyes:.0f} px eyes
sharp {sharp:.2f}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete {name}?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All samples are erased. This cannot be undone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RecentDecisions</name>
    <message>
        <source>Recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decisions appear here as they are made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent decisions</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Camera</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the camera as a mirror does</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Target false-match rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Strangers let through</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stricter means that fewer strangers pass and that enrolled people are refused more often. The limits come from the model&apos;s card.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>People enrolled with one model are not known to another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic (graphics card where it works)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NVIDIA graphics card (CUDA)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Changes apply at once and are kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First camera found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No camera found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} (not there now)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{provider}: detector {detector:.1f} ms, embedder {embedder:.1f} ms</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SourceBar</name>
    <message>
        <source>Source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No camera found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a file or a stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a video, a photo or a stream (Ctrl+O)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Video or photo…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stream address…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look for cameras again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Videos and photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a video or a photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a stream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address of an MJPEG or RTSP stream:</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>VideoView</name>
    <message>
        <source>Video</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>pages</name>
    <message>
        <source>Live</source>
        <translation>实时识别</translation>
    </message>
    <message>
        <source>Enrol</source>
        <translation>登记</translation>
    </message>
    <message>
        <source>People</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
</TS>
